package dev.bulwark.checker.statuslist;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.factories.DefaultJWSVerifierFactory;
import com.nimbusds.jose.jwk.AsymmetricJWK;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKMatcher;
import com.nimbusds.jose.jwk.JWKSelector;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jwt.SignedJWT;
import java.io.IOException;
import java.net.URI;
import java.text.ParseException;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The keys of a realm. While they cannot be fetched, those that were fetched before stay in use.
 * Thread-safe.
 */
final class SigningKeys {

  private static final Duration LIFE = Duration.ofHours(1);

  /** Between two fetches for a key that is not known. */
  private static final Duration REFRESH = Duration.ofSeconds(10);

  private final URI uri;
  private final ListSource source;
  private @Nullable JWKSet keys;
  private long fetchedAt;
  private long triedAt;

  SigningKeys(URI uri, ListSource source) {
    this.uri = uri;
    this.source = source;
  }

  /** Whether a key of the realm has signed it. */
  boolean haveSigned(SignedJWT jwt) throws IOException, ParseException, JOSEException {
    List<JWK> matching = matching(jwt.getHeader());
    for (JWK key : matching) {
      if (key instanceof AsymmetricJWK asymmetric
          && jwt.verify(
              new DefaultJWSVerifierFactory()
                  .createJWSVerifier(jwt.getHeader(), asymmetric.toPublicKey()))) {
        return true;
      }
    }
    return false;
  }

  private synchronized List<JWK> matching(JWSHeader header) throws IOException, ParseException {
    long now = System.nanoTime();
    JWKSelector selector = new JWKSelector(JWKMatcher.forJWSHeader(header));
    boolean stale =
        keys == null || now - fetchedAt > LIFE.toNanos() || selector.select(keys).isEmpty();
    if (stale && (keys == null || now - triedAt > REFRESH.toNanos())) {
      fetch(now);
    }
    return keys == null ? List.of() : selector.select(keys);
  }

  private void fetch(long now) throws IOException, ParseException {
    triedAt = now;
    try {
      ListSource.Answer answer = source.get(uri, null);
      if (answer.status() != 200) {
        throw new IOException("The keys of the realm: HTTP status " + answer.status());
      }
      keys = JWKSet.parse(answer.body());
      fetchedAt = now;
    } catch (IOException | ParseException e) {
      if (keys == null) {
        throw e;
      }
    }
  }
}
