package dev.bulwark.password.migrate.realm;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.keycloak.utils.EmailValidationUtil;

/** P5: the report counts exactly the addresses that Keycloak would stop at the first login. */
class AddressSyntaxTest {

  private static final int MAX_LOCAL_PART = EmailValidationUtil.MAX_LOCAL_PART_LENGTH;

  @ParameterizedTest
  @ValueSource(
      strings = {
        "a@b",
        "a.b@c.d",
        "a+b-c_d!#$%&'*/=?^`{|}~@b",
        "j\u00f6rg@m\u00fcller.example",
        "o'neil@example.org",
        "-a-@b-c.d",
        "a@[192.0.2.1]",
        "LONGEST@b"
      })
  void acceptsWhatKeycloakAccepts(String address) {
    String longest = address.replace("LONGEST", "a".repeat(MAX_LOCAL_PART));
    assertThat(EmailValidationUtil.isValidEmail(longest, MAX_LOCAL_PART)).isTrue();
    assertThat(AddressSyntax.isAccepted(longest)).isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "a..b@c",
        ".a@b",
        "a.@b",
        "a(b)@c",
        "a:b@c",
        "a\ud83d\udd11@b",
        "a@b_c.d",
        "a@-b",
        "a@b-",
        "a@b..c",
        "a@.b",
        "a@b.",
        "a@b\ud83d\udd11",
        "aLONGEST@b",
        "a@LONGEST.b"
      })
  void noticesWhatKeycloakRejects(String address) {
    String longest = address.replace("LONGEST", "a".repeat(MAX_LOCAL_PART));
    assertThat(EmailValidationUtil.isValidEmail(longest, MAX_LOCAL_PART)).isFalse();
    assertThat(AddressSyntax.isAccepted(longest)).isFalse();
  }
}
