package dev.bulwark.checker.statuslist;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.factories.DefaultJWSVerifierFactory;
import com.nimbusds.jose.jwk.AsymmetricJWK;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKMatcher;
import com.nimbusds.jose.jwk.JWKSelector;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.OctetKeyPair;
import com.nimbusds.jwt.SignedJWT;
import java.io.IOException;
import java.net.URI;
import java.text.ParseException;
import java.time.Duration;
import java.util.List;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The keys of a realm. While they cannot be fetched, those that were fetched before stay in use.
 * Thread-safe.
 */
final class SigningKeys {

  /** So long a key that the realm has disabled is trusted. */
  private static final Duration MAX_AGE = Duration.ofMinutes(5);

  /** Between two fetches for a key that is not known. */
  private static final Duration REFRESH_INTERVAL = Duration.ofSeconds(10);

  private final URI uri;
  private final ListSource source;
  private final Duration longestWait;
  private final LongSupplier nanoTime;
  private final SingleFlight singleFlight = new SingleFlight();
  private volatile @Nullable JWKSet keys;
  private volatile @Nullable Exception failure;
  private volatile long fetchedAt;
  private volatile long triedAt;

  /** Fetches that have failed, those of interrupted callers apart. Written by whose turn it is. */
  private volatile int failures;

  /**
   * Makes it.
   *
   * @param longestWait how long a caller waits for the fetch of another
   * @param nanoTime as {@link System#nanoTime}
   */
  SigningKeys(URI uri, ListSource source, Duration longestWait, LongSupplier nanoTime) {
    this.uri = uri;
    this.source = source;
    this.longestWait = longestWait;
    this.nanoTime = nanoTime;
  }

  /**
   * Whether a key of the realm has signed it. The key's type, curve and {@code alg} must be those
   * of the algorithm.
   *
   * @throws IOException if no keys can be had
   */
  boolean haveSigned(SignedJWT jwt) throws IOException, JOSEException {
    for (JWK key : matching(jwt.getHeader())) {
      if (hasSigned(key, jwt)) {
        return true;
      }
    }
    return false;
  }

  private static boolean hasSigned(JWK key, SignedJWT jwt) throws JOSEException {
    if (key instanceof OctetKeyPair pair) {
      return EdDsa.hasSigned(pair, jwt);
    }
    return key instanceof AsymmetricJWK asymmetric
        && jwt.verify(
            new DefaultJWSVerifierFactory()
                .createJWSVerifier(jwt.getHeader(), asymmetric.toPublicKey()));
  }

  /**
   * Of several callers one fetches. The others use a key that is known, or wait and share what
   * comes of it. If the one that they wait for is interrupted, another of them fetches.
   */
  private List<JWK> matching(JWSHeader header) throws IOException {
    JWKSelector selector = new JWKSelector(JWKMatcher.forJWSHeader(header));
    int before = failures;
    long until = System.nanoTime() + longestWait.toNanos();
    boolean again = true;
    while (again && isDue(selector) && !singleFlight.tryRun(() -> fetchIfDue(selector))) {
      again = known(selector).isEmpty() && singleFlight.await(until) && failures == before;
    }
    if (keys == null) {
      throw new IOException("the keys of the realm cannot be fetched", failure);
    }
    return known(selector);
  }

  private List<JWK> known(JWKSelector selector) {
    JWKSet held = keys;
    return held == null ? List.of() : selector.select(held);
  }

  private boolean isDue(JWKSelector selector) {
    long now = nanoTime.getAsLong();
    if (keys == null) {
      return true;
    }
    boolean stale = now - fetchedAt > MAX_AGE.toNanos() || known(selector).isEmpty();
    return stale && now - triedAt > REFRESH_INTERVAL.toNanos();
  }

  private void fetchIfDue(JWKSelector selector) {
    if (!isDue(selector)) {
      return;
    }
    try {
      keys = JWKSet.parse(source.get(uri, null).expectBody());
      fetchedAt = nanoTime.getAsLong();
      triedAt = fetchedAt;
    } catch (IOException | ParseException | RuntimeException e) {
      failure = e;
      // Whoever is interrupted finds nothing out about Keycloak: the next caller may ask at once.
      if (!Thread.currentThread().isInterrupted()) {
        triedAt = nanoTime.getAsLong();
        failures++;
      }
    }
  }
}
