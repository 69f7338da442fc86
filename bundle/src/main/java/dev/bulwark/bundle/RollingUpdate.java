package dev.bulwark.bundle;

import dev.bulwark.redis.RedisConnectionSpi;
import java.util.Map;
import org.keycloak.Config;
import org.keycloak.compatibility.CompatibilityMetadataProvider;

/**
 * Tells {@code kc.sh update-compatibility} whether nodes of two installations can run beside each
 * other (B9). Keycloak allows an update in steps only if both tell the same.
 *
 * <p>An installation without the bundle tells nothing. So the bundle's first start, and the first
 * one without it, need a stop of all nodes: tokens that a node without it issues are in no ledger.
 */
public final class RollingUpdate implements CompatibilityMetadataProvider {

  /**
   * Form of what nodes share: tables, messages between nodes, keys in Redis. It is raised with a
   * change that an older bundle cannot live with ({@code docs/upgrade-keycloak.md}).
   */
  private static final String SHARED_STATE = "1";

  @Override
  public String getId() {
    return "bulwark";
  }

  @Override
  public Map<String, String> metadata() {
    // Nodes with another prefix would write revoked tokens where no application looks.
    String prefix = Config.scope(RedisConnectionSpi.NAME, "default").get("prefix", "");
    return Map.of("shared-state", SHARED_STATE, "redis-prefix", prefix);
  }
}
