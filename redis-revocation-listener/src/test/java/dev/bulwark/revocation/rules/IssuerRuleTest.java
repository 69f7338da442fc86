package dev.bulwark.revocation.rules;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class IssuerRuleTest {

  /** As Keycloak builds them for two requests without any option. */
  private static final String FREE = "http://one.invalid:1001/first/realms/app";

  private static final String FREE_OTHER = "https://other.invalid:1002/second/realms/app";

  /** With a host name only: scheme, port and path come from the request. */
  private static final String HOST = "http://id.example.org:1001/first/realms/app";

  private static final String HOST_OTHER = "https://id.example.org:1002/second/realms/app";

  private static final String FIXED = "https://id.example.org/realms/app";

  @ParameterizedTest
  @CsvSource({
    "free, http://localhost:8080/realms/app, true",
    "free, https://id.example.org/auth/realms/app, true",
    "free, https://id.example.org/realms/other, false",
    "free, https://id.example.org/realms/app2, false",
    "host, https://id.example.org/realms/app, true",
    "host, http://id.example.org:8080/auth/realms/app, true",
    "host, https://id.example.com/realms/app, false",
    "host, https://id.example.org/realms/other, false",
    "fixed, https://id.example.org/realms/app, true",
    "fixed, http://id.example.org/realms/app, false",
    "fixed, https://id.example.org:8443/realms/app, false",
    "fixed, https://id.example.org/auth/realms/app, false",
    "fixed, https://login.example.org/realms/app, false",
    "fixed, https://id.example.org/realms/App, false",
    "fixed, https://[::1]:8443/realms/app, false"
  })
  void whatIsFixedIsCompared(String kind, String issuer, boolean accepted) {
    IssuerRule rule =
        switch (kind) {
          case "free" -> IssuerRule.of(FREE, FREE_OTHER);
          case "host" -> IssuerRule.of(HOST, HOST_OTHER);
          default -> IssuerRule.of(FIXED, FIXED);
        };
    assertThat(rule.accepts(mark(issuer))).isEqualTo(accepted);
  }

  @Test
  void theHostOfAnAddressInBracketsIsTheWholeAddress() {
    IssuerRule rule =
        IssuerRule.of("http://[::1]:1001/realms/app", "https://[::1]:1002/x/realms/app");
    assertThat(rule.accepts(mark("https://[::1]/realms/app"))).isTrue();
    assertThat(rule.accepts(mark("https://[::2]/realms/app"))).isFalse();
  }

  @Test
  void aRowWithoutAnIssuerIsAccepted() {
    assertThat(IssuerRule.of(FIXED, FIXED).accepts(null)).isTrue();
  }

  @ParameterizedTest
  @CsvSource({",", "urn:x", "https://id.example.org", "/realms/app"})
  void whatIsNoRealmHasNoMark(@Nullable String issuer) {
    assertThat(IssuerRule.mark(issuer)).isNull();
  }

  @Test
  void aRuleNeedsRealms() {
    assertThatThrownBy(() -> IssuerRule.of("urn:x", FIXED))
        .isInstanceOf(IllegalArgumentException.class);
  }

  /** Marks are stored: a changed function would end every token at an upgrade. */
  @Test
  void marksAreADataFormat() {
    assertThat(mark(FIXED)).isEqualTo(5306159345087919206L);
    assertThat(IssuedFor.mark("app")).isEqualTo(6260760635573122150L);
  }

  @ParameterizedTest
  @CsvSource({"app, app, true", "app, App, false", "app, app2, false", ", app, true"})
  void aClientFitsByItsClientId(@Nullable String azp, String clientId, boolean fits) {
    assertThat(IssuedFor.fits(IssuedFor.mark(azp), clientId)).isEqualTo(fits);
  }

  private static long mark(String issuer) {
    return Objects.requireNonNull(IssuerRule.mark(issuer));
  }
}
