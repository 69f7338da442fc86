package dev.bulwark.revocation.verify;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.keycloak.common.Profile;

/** B7: features that a later Keycloak does not know are as it then works. */
class DeprecatedFeatureTest {

  @BeforeEach
  void configure() {
    Profile.defaults();
  }

  @AfterEach
  void reset() {
    Profile.reset();
  }

  @Test
  void aFeatureOfThisKeycloakIsAsConfigured() {
    assertThat(DeprecatedFeature.PERSISTENT_USER_SESSIONS.isEnabled()).isTrue();
    assertThat(DeprecatedFeature.CLUSTERLESS.isEnabled()).isFalse();
    assertThat(DeprecatedFeature.TOKEN_EXCHANGE.isEnabled()).isFalse();
    // Known here, so what holds where it is gone does not matter.
    assertThat(DeprecatedFeature.isEnabled("CLUSTERLESS", true)).isFalse();
  }

  @Test
  void aFeatureThatIsGoneIsAsItsRemovalLeavesIt() {
    assertThat(DeprecatedFeature.isEnabled("NO_SUCH_FEATURE", true)).isTrue();
    assertThat(DeprecatedFeature.isEnabled("NO_SUCH_FEATURE", false)).isFalse();
  }
}
