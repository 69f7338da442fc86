package dev.bulwark.app.security.token;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.JWSSigner;
import com.nimbusds.jose.KeySourceException;
import com.nimbusds.jose.crypto.factories.DefaultJWSSignerFactory;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.gen.ECKeyGenerator;
import com.nimbusds.jose.jwk.gen.RSAKeyGenerator;
import com.nimbusds.jose.jwk.source.JWKSetBasedJWKSource;
import com.nimbusds.jose.jwk.source.JWKSetCacheRefreshEvaluator;
import com.nimbusds.jose.jwk.source.JWKSource;
import com.nimbusds.jose.proc.SecurityContext;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import com.sun.net.httpserver.HttpServer;
import dev.bulwark.app.settings.KeycloakSettings;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.security.oauth2.jwt.BadJwtException;
import org.springframework.security.oauth2.jwt.JwtDecoder;
import org.springframework.security.oauth2.jwt.JwtException;

/** J1, R5: the keys of the realm, while the address that has them answers and while it does not. */
class RealmKeysTest {

  private static JWK first;
  private static JWK second;
  private static JWK elliptic;

  private final ExecutorService answers = Executors.newCachedThreadPool();
  private HttpServer server;
  private KeycloakSettings keycloak;
  private JWKSource<SecurityContext> keys;
  private JwtDecoder decoder;

  private final AtomicInteger fetches = new AtomicInteger();

  /** Of each answer. */
  private volatile int status = 200;

  /** What each answer waits for. */
  private volatile Runnable gate = () -> {};

  /** What the realm has now. */
  private volatile List<JWK> published = List.of();

  @BeforeAll
  static void generate() throws JOSEException {
    first = new RSAKeyGenerator(2048).keyID("first").generate();
    second = new RSAKeyGenerator(2048).keyID("second").generate();
    elliptic = new ECKeyGenerator(Curve.P_256).keyID("elliptic").generate();
  }

  @BeforeEach
  void start() throws IOException {
    published = List.of(first, elliptic);
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(
        "/realms/app/protocol/openid-connect/certs",
        exchange -> {
          fetches.incrementAndGet();
          gate.run();
          byte[] body = new JWKSet(published).toString().getBytes(StandardCharsets.UTF_8);
          exchange.sendResponseHeaders(status, body.length);
          exchange.getResponseBody().write(body);
          exchange.close();
        });
    server.setExecutor(answers);
    server.start();
    keycloak =
        new KeycloakSettings(
            URI.create("http://localhost:" + server.getAddress().getPort() + "/realms/app"),
            null,
            "relying-app",
            "secret");
    Tokens tokens = new Tokens();
    keys = tokens.keys(keycloak);
    decoder = tokens.jwtDecoder(keys, keycloak);
  }

  @AfterEach
  void stop() throws IOException {
    server.stop(0);
    answers.shutdownNow();
    ((JWKSetBasedJWKSource<SecurityContext>) keys).close();
  }

  @Test
  void whileKeycloakIsAwayTheKeysAreKept() throws Exception {
    decoder.decode(token(first, JWSAlgorithm.RS256));
    server.stop(0);
    decoder.decode(token(first, JWSAlgorithm.RS256));
    assertThat(after(Tokens.REFRESH_AFTER.multipliedBy(2))).contains("first");
    assertThat(after(Tokens.MAX_AGE.minusMinutes(1))).contains("first");
    assertThatThrownBy(() -> after(Tokens.MAX_AGE.plusMinutes(1)))
        .isInstanceOf(KeySourceException.class);
  }

  /** The key may be new: 503 and not 401. */
  @Test
  void whileKeycloakIsAwayAnUnknownKeyIsNotCalledBad() throws Exception {
    decoder.decode(token(first, JWSAlgorithm.RS256));
    server.stop(0);
    assertThatThrownBy(() -> decoder.decode(token(second, JWSAlgorithm.RS256)))
        .isInstanceOf(JwtException.class)
        .isNotInstanceOf(BadJwtException.class);
    decoder.decode(token(first, JWSAlgorithm.RS256));
  }

  @Test
  void aNewKeyCountsAtOnceAndAnOldOneNoLonger() throws Exception {
    decoder.decode(token(first, JWSAlgorithm.RS256));
    assertThatThrownBy(() -> decoder.decode(token(second, JWSAlgorithm.RS256)))
        .isInstanceOf(BadJwtException.class);
    published = List.of(second);
    decoder.decode(token(second, JWSAlgorithm.RS256));
    assertThatThrownBy(() -> decoder.decode(token(first, JWSAlgorithm.RS256)))
        .isInstanceOf(BadJwtException.class);
  }

  /** Anybody can send tokens that name a key which nobody has. */
  @Test
  void tokensWithUnknownKeysCauseFewFetches() throws Exception {
    decoder.decode(token(first, JWSAlgorithm.RS256));
    for (int i = 0; i < 50; i++) {
      assertThatThrownBy(() -> decoder.decode(token(second, JWSAlgorithm.RS256)))
          .isInstanceOf(BadJwtException.class);
    }
    assertThat(fetches.get()).isBetween(2, 1 + Tokens.MAX_FETCHES);
    decoder.decode(token(first, JWSAlgorithm.RS256));
  }

  /** Beyond the limit too, and without a connection. */
  @Test
  void whileKeycloakIsAwayTokensWithUnknownKeysAreAnsweredAtOnce() throws Exception {
    decoder.decode(token(first, JWSAlgorithm.RS256));
    status = 503;
    for (int i = 0; i < 50; i++) {
      assertThatThrownBy(() -> decoder.decode(token(second, JWSAlgorithm.RS256)))
          .isInstanceOf(JwtException.class)
          .isNotInstanceOf(BadJwtException.class);
    }
    assertThat(fetches.get()).isBetween(2, 1 + Tokens.MAX_FETCHES);
    decoder.decode(token(first, JWSAlgorithm.RS256));
  }

  /** All of a server's threads but a few stay free, and known keys count meanwhile. */
  @Test
  void whileKeycloakIsSlowTokensWithUnknownKeysHoldFewThreads() throws Exception {
    decoder.decode(token(first, JWSAlgorithm.RS256));
    CountDownLatch slow = new CountDownLatch(1);
    gate = () -> awaitUninterruptibly(slow);
    String unknown = token(second, JWSAlgorithm.RS256);
    AtomicInteger answered = new AtomicInteger();
    ExecutorService threads = Executors.newFixedThreadPool(100);
    try {
      for (int i = 0; i < 100; i++) {
        threads.submit(
            () -> {
              try {
                return decoder.decode(unknown);
              } finally {
                answered.incrementAndGet();
              }
            });
      }
      await()
          .atMost(Duration.ofSeconds(4))
          .until(
              () -> fetches.get() == 2 && answered.get() >= 100 - 1 - LimitedRefetch.MAX_WAITING);
      decoder.decode(token(first, JWSAlgorithm.RS256));
      assertThat(answered.get()).as("one is still fetching").isLessThan(100);
    } finally {
      slow.countDown();
      threads.shutdownNow();
    }
  }

  private static void awaitUninterruptibly(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Nobody has to come with a new key for an old one to be forgotten. */
  @Test
  void theKeysAreFetchedAnewOnceTheyAreNoLongerFresh() throws Exception {
    assertThat(after(Duration.ZERO)).contains("first");
    published = List.of(second);
    assertThat(after(Tokens.REFRESH_AFTER.minusSeconds(10))).contains("first");
    await()
        .atMost(Duration.ofSeconds(20))
        .until(() -> after(Tokens.REFRESH_AFTER.plusSeconds(10)).equals(List.of("second")));
  }

  @Test
  void twoAlgorithmsCount() throws Exception {
    decoder.decode(token(elliptic, JWSAlgorithm.ES256));
    for (JWSAlgorithm other : List.of(JWSAlgorithm.RS384, JWSAlgorithm.RS512, JWSAlgorithm.PS256)) {
      assertThatThrownBy(() -> decoder.decode(token(first, other)))
          .as(other.getName())
          .isInstanceOf(BadJwtException.class);
    }
  }

  /** Names of the keys as they are used that long from now. */
  private List<String> after(Duration time) throws KeySourceException {
    return ((JWKSetBasedJWKSource<SecurityContext>) keys)
            .getJWKSetSource()
            .getJWKSet(
                JWKSetCacheRefreshEvaluator.noRefresh(),
                System.currentTimeMillis() + time.toMillis(),
                null)
            .getKeys()
            .stream()
            .map(JWK::getKeyID)
            .toList();
  }

  private String token(JWK key, JWSAlgorithm algorithm) throws JOSEException {
    JWSSigner signer = new DefaultJWSSignerFactory().createJWSSigner(key, algorithm);
    SignedJWT token =
        new SignedJWT(
            new JWSHeader.Builder(algorithm).keyID(key.getKeyID()).build(),
            new JWTClaimsSet.Builder()
                .issuer(keycloak.issuer().toString())
                .audience("relying-app")
                .subject("4f1c")
                .claim("typ", "Bearer")
                .expirationTime(Date.from(Instant.now().plusSeconds(60)))
                .build());
    token.sign(signer);
    return token.serialize();
  }
}
