package dev.bulwark.revocation.push;

import dev.bulwark.redis.RedisNode;
import dev.bulwark.revocation.metrics.RevocationMetrics;
import java.util.List;
import org.jboss.logging.Logger;

/**
 * Tells the operator what Keycloak cannot make up for at Redis: a node that hides who it is, and a
 * clock that differs. Each is logged when it begins. Not thread-safe.
 */
final class NodeWatch {

  /** A difference of clocks that is worth a warning, milliseconds. */
  static final long WARN_DIFFERENCE = 1_000;

  private static final Logger LOG = Logger.getLogger(NodeWatch.class);

  private final RevocationMetrics metrics;
  private boolean identified = true;
  private boolean clocksAgree = true;

  NodeWatch(RevocationMetrics metrics) {
    this.metrics = metrics;
  }

  /**
   * What a node has said.
   *
   * @param ahead by how much its clock is ahead of Keycloak's at least, milliseconds; negative if
   *     behind
   */
  record Sight(RedisNode node, NodeInfo info, long ahead) {

    /**
     * Of an answer.
     *
     * @param asked when the question was sent, milliseconds since 1970
     * @param answered when the answer was there
     */
    static Sight of(RedisNode node, NodeInfo info, long asked, long answered) {
      if (info.clock().isEmpty()) {
        return new Sight(node, info, 0);
      }
      long clock = info.clock().getAsLong();
      long ahead = clock > answered ? clock - answered : Math.min(0, clock - asked);
      return new Sight(node, info, ahead);
    }
  }

  /** Notes what all nodes have said. */
  void see(List<Sight> nodes) {
    seeIdentity(nodes);
    seeClocks(nodes);
  }

  private void seeIdentity(List<Sight> nodes) {
    boolean all = nodes.stream().allMatch(sight -> sight.info().isIdentified());
    metrics.redisIdentified(all);
    if (!all && identified) {
      LOG.warn(
          "Redis does not answer INFO (hidden by a proxy, rename-command or an ACL "
              + "user without +info). So failovers that lose writes are not detected, and"
              + " lost keys return only within "
              + "spi-events-listener--redis-revocation--refresh-interval. Allow "
              + "Keycloak's Redis user to call INFO.");
    }
    identified = all;
  }

  private void seeClocks(List<Sight> nodes) {
    long worst = 0;
    for (Sight sight : nodes) {
      worst = Math.abs(sight.ahead()) > Math.abs(worst) ? sight.ahead() : worst;
    }
    metrics.redisClockAhead(worst);
    boolean agree = Math.abs(worst) < WARN_DIFFERENCE;
    if (!agree && clocksAgree) {
      LOG.warnf(
          "The clock of Redis is %d ms %s that of Keycloak. Revoked tokens still stay in Redis until"
              + " they expire. Synchronize the clocks of both (NTP): applications compare them with"
              + " theirs.",
          Math.abs(worst), worst > 0 ? "ahead of" : "behind");
    }
    clocksAgree = agree;
  }
}
