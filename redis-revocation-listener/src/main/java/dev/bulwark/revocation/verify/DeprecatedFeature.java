package dev.bulwark.revocation.verify;

import java.util.Arrays;
import org.keycloak.common.Profile;

/**
 * A feature of the server that Keycloak is going to remove (B7). A direct reference to its constant
 * would stop the start of a server without it.
 */
public enum DeprecatedFeature {

  /** Sessions are in an external Infinispan alone. To be removed in 27 (keycloak#52131). */
  CLUSTERLESS(false),

  /** Online sessions are in the database. The only way from 27 on (keycloak#52122). */
  PERSISTENT_USER_SESSIONS(true),

  /** The exchange of tokens as before 26.2. To be removed in 27 (keycloak#43180). */
  TOKEN_EXCHANGE(false);

  private final boolean whereGone;

  DeprecatedFeature(boolean whereGone) {
    this.whereGone = whereGone;
  }

  /** Whether the server works so. */
  public boolean isEnabled() {
    return isEnabled(name(), whereGone);
  }

  static boolean isEnabled(String name, boolean whereGone) {
    return Arrays.stream(Profile.Feature.values())
        .filter(feature -> feature.name().equals(name))
        .findFirst()
        .map(Profile::isFeatureEnabled)
        .orElse(whereGone);
  }
}
