package dev.bulwark.realm;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;

/** L5, O2: a provider that is on has what it needs. */
class RequiredSettingsTest {

  @Test
  void namesWhatIsMissing() {
    assertThat(RequiredSettings.missing("google", "google", Map.of()))
        .containsExactly("GOOGLE_CLIENT_ID", "GOOGLE_CLIENT_SECRET");
    assertThat(
            RequiredSettings.missing(
                "github", "github", Map.of("clientId", "Iv1.x", "clientSecret", " ")))
        .containsExactly("GITHUB_CLIENT_SECRET");
  }

  @Test
  void isContentWithBoth() {
    assertThat(
            RequiredSettings.missing(
                "google", "google", Map.of("clientId", "x", "clientSecret", "y")))
        .isEmpty();
  }

  /** A provider of somebody's own may authenticate by key, and need no secret. */
  @Test
  void leavesOtherProvidersAlone() {
    assertThat(RequiredSettings.missing("oidc", "google", Map.of())).isEmpty();
  }
}
