package dev.bulwark.revocation.verify;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.keycloak.common.Profile;

/** B7: features that a later Keycloak does not know are as it then works. */
class LeavingFeatureTest {

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
    assertThat(LeavingFeature.PERSISTENT_USER_SESSIONS.isEnabled()).isTrue();
    assertThat(LeavingFeature.CLUSTERLESS.isEnabled()).isFalse();
    assertThat(LeavingFeature.TOKEN_EXCHANGE.isEnabled()).isFalse();
    // Known here, so what holds where it is gone does not matter.
    assertThat(LeavingFeature.isEnabled("CLUSTERLESS", true)).isFalse();
  }

  @Test
  void aFeatureThatIsGoneIsAsItsRemovalLeavesIt() {
    assertThat(LeavingFeature.isEnabled("NO_SUCH_FEATURE", true)).isTrue();
    assertThat(LeavingFeature.isEnabled("NO_SUCH_FEATURE", false)).isFalse();
  }
}
