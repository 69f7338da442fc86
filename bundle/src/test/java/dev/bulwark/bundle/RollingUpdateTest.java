package dev.bulwark.bundle;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.ServiceLoader;
import org.junit.jupiter.api.Test;
import org.keycloak.compatibility.CompatibilityMetadataProvider;

/** B9: what {@code kc.sh update-compatibility} finds. {@code UpdateCompatibilityIT} runs it. */
class RollingUpdateTest {

  @Test
  void keycloakFindsIt() {
    assertThat(ServiceLoader.load(CompatibilityMetadataProvider.class))
        .extracting(CompatibilityMetadataProvider::getId)
        .contains("bulwark");
  }

  /** A changed value stops rolling updates from all earlier versions: see upgrade-keycloak.md. */
  @Test
  void itTellsTheSharedStateAndThePrefix() {
    assertThat(new RollingUpdate().metadata())
        .isEqualTo(Map.of("shared-state", "1", "redis-prefix", ""));
  }
}
