package dev.bulwark.it.revocation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.bulwark.it.support.Realm;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReference;

/** Every access token that was issued, and the comparison of Redis with introspection. */
final class TokenBook {

  private final PathRealm realm;
  private final RevokedKeys keys;

  /** The tokens that have not been seen dead in both, and how each came about. */
  private final Map<String, String> open = new ConcurrentHashMap<>();

  private int issued;
  private int dead;

  TokenBook(PathRealm realm, RevokedKeys keys) {
    this.realm = realm;
    this.keys = keys;
  }

  void add(String token, String origin) {
    open.put(token, origin);
    synchronized (this) {
      issued++;
    }
  }

  /**
   * Compares while nothing else happens. A live token in Redis fails at once; a dead one that is
   * not there has the time that a silent death may take.
   *
   * @param seed for the message
   */
  void check(long seed) {
    AtomicReference<List<String>> escaped = new AtomicReference<>(List.copyOf(open.keySet()));
    await()
        .atMost(Deaths.SOON)
        .pollDelay(Duration.ZERO)
        .pollInterval(Duration.ofMillis(500))
        .untilAsserted(
            () -> {
              escaped.updateAndGet(tokens -> compare(tokens, seed));
              assertThat(escaped.get().stream().map(this::describe).toList())
                  .as("dead for introspection, not in Redis (seed %d)", seed)
                  .isEmpty();
            });
  }

  /** The tokens that are dead but not in Redis. */
  private List<String> compare(List<String> tokens, long seed) {
    List<String> falseKills = new ArrayList<>();
    List<String> escaped = new ArrayList<>();
    tokens.parallelStream()
        .forEach(
            token -> {
              // In this order: what is in Redis must have been dead before.
              boolean revoked = keys.contains(token);
              boolean active = realm.isActive(token);
              synchronized (falseKills) {
                if (revoked && active) {
                  falseKills.add(describe(token));
                } else if (!revoked && !active) {
                  escaped.add(token);
                } else if (!active) {
                  open.remove(token);
                  dead++;
                }
              }
            });
    if (!falseKills.isEmpty()) {
      // No assertion: that would be tried again.
      throw new IllegalStateException(
          "alive for introspection, but in Redis (seed " + seed + "): " + falseKills);
    }
    return escaped;
  }

  private String describe(String token) {
    return RevokedKeys.key(token)
        + " iat "
        + Realm.claims(token).get("iat")
        + " by "
        + open.getOrDefault(token, "?");
  }

  synchronized String summary() {
    return issued + " tokens, " + dead + " dead and in Redis, " + open.size() + " alive";
  }

  synchronized int issued() {
    return issued;
  }

  synchronized int dead() {
    return dead;
  }
}
