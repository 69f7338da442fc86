package dev.bulwark.it.revocation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bulwark.it.support.Realm;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** Every access token that was issued, and the comparison of Redis with introspection. */
final class TokenBook {

  /** How long a death without an event may stay unnoticed. */
  private static final Duration SILENT = Duration.ofSeconds(12);

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
    Instant until = Instant.now().plus(SILENT);
    List<String> escaped = compare(List.copyOf(open.keySet()), seed);
    while (!escaped.isEmpty() && Instant.now().isBefore(until)) {
      escaped = compare(escaped, seed);
    }
    assertThat(escaped.stream().map(this::describe).toList())
        .as("dead for introspection, not in Redis after %s (seed %d)", SILENT, seed)
        .isEmpty();
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
    assertThat(falseKills).as("alive for introspection, but in Redis (seed %d)", seed).isEmpty();
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
