package dev.bulwark.it.revocation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.bulwark.it.support.Realm;
import dev.bulwark.it.support.Response;
import dev.bulwark.it.support.TestStack;
import java.time.Duration;

/** R1 for one token: it is in Redis if and only if introspection says that it is inactive. */
final class Deaths {

  /**
   * How long a test waits for a death without an event. Ten seconds are promised; a machine that
   * does other work as well gets more, and the log says how long it took.
   */
  static final Duration SOON = Duration.ofSeconds(45);

  /**
   * The same for a token that is dead by now. {@code -Dbulwark.silent-seconds=10} asserts the
   * promise, on a machine that does nothing else.
   */
  private static final Duration IN_REDIS =
      Duration.ofSeconds(Long.getLong("bulwark.silent-seconds", SOON.toSeconds()));

  private static final System.Logger LOG = System.getLogger(Deaths.class.getName());

  private final PathRealm realm;
  private final RevokedKeys keys;

  Deaths(PathRealm realm, RevokedKeys keys) {
    this.realm = realm;
    this.keys = keys;
  }

  /** Dead, and in Redis when the response has arrived. */
  void assertDead(Response... tokens) {
    for (Response response : tokens) {
      assertDead(response.text("access_token"));
    }
  }

  void assertDead(String... tokens) {
    for (String token : tokens) {
      // Redis first: introspection may end what it finds to be over.
      keys.assertRevoked(token);
      assertThat(realm.isActive(token) && !isOnlyCached(token))
          .as("introspection of %s", RevokedKeys.key(token))
          .isFalse();
    }
  }

  /** Whether Keycloak honours the token of a session that it has removed from its database. */
  private boolean isOnlyCached(String token) {
    TestStack stack = TestStack.get();
    JsonNode claims = Realm.claims(token);
    boolean cached =
        realm.server().equals(stack.url())
            && claims.has("sid")
            && stack
                .database()
                .filter(database -> CachedSession.isOnlyCached(database, claims))
                .isPresent();
    if (cached) {
      LOG.log(
          System.Logger.Level.WARNING,
          "Keycloak honours {0} by its cache, though its session is gone",
          RevokedKeys.key(token));
    }
    return cached;
  }

  /** Alive, and not in Redis. */
  void assertAlive(Response... tokens) {
    for (Response response : tokens) {
      assertAlive(response.text("access_token"));
    }
  }

  void assertAlive(String... tokens) {
    for (String token : tokens) {
      assertThat(realm.isActive(token)).as("introspection of %s", RevokedKeys.key(token)).isTrue();
      keys.assertNotRevoked(token);
    }
  }

  /** Whatever introspection says of them, Redis says too. */
  void assertConsistent(Response... tokens) {
    for (Response response : tokens) {
      String token = response.text("access_token");
      assertThat(keys.contains(token))
          .as("Redis and introspection of %s", RevokedKeys.key(token))
          .isNotEqualTo(realm.isActive(token));
    }
  }

  /** Dead by now, though no event told it: in Redis soon. */
  void awaitDead(Response... tokens) {
    for (Response response : tokens) {
      String token = response.text("access_token");
      assertThat(realm.isActive(token)).as("introspection of %s", RevokedKeys.key(token)).isFalse();
    }
    for (Response response : tokens) {
      awaitRevoked(response.text("access_token"));
    }
  }

  /** Will be dead within a time, and in Redis soon after. */
  void awaitDeath(Response tokens, Duration within) {
    String token = tokens.text("access_token");
    // Introspection does not refresh a session, so asking does not keep it alive.
    await().atMost(within).pollInterval(Duration.ofMillis(200)).until(() -> !realm.isActive(token));
    awaitRevoked(token);
  }

  private void awaitRevoked(String token) {
    long started = System.nanoTime();
    keys.awaitRevoked(token, IN_REDIS);
    Duration taken = Duration.ofNanos(System.nanoTime() - started);
    LOG.log(System.Logger.Level.INFO, "silent death in Redis after {0} ms", taken.toMillis());
  }
}
