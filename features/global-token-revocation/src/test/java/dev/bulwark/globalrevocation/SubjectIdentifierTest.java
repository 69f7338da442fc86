package dev.bulwark.globalrevocation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** R10: which user a request names (RFC 9493). */
class SubjectIdentifierTest {

  private static SubjectIdentifier read(String body) {
    return SubjectIdentifier.read(body.getBytes(StandardCharsets.UTF_8));
  }

  @Test
  void threeFormatsAreRead() {
    assertThat(
            read(
                """
                {"sub_id": {"format": "iss_sub", "iss": "https://idp.example", "sub": "00u1"}}
                """))
        .isEqualTo(new SubjectIdentifier.IssuerSubject("https://idp.example", "00u1"));
    assertThat(read("{\"sub_id\":{\"format\":\"email\",\"email\":\"a@example.org\"}}"))
        .isEqualTo(new SubjectIdentifier.Email("a@example.org"));
    assertThat(read("{\"sub_id\":{\"format\":\"opaque\",\"id\":\"7d2c\"},\"later\":1}"))
        .isEqualTo(new SubjectIdentifier.Opaque("7d2c"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "no JSON",
        "[]",
        "\"text\"",
        "{}",
        "{\"sub_id\":\"a@example.org\"}",
        "{\"sub_id\":{}}",
        "{\"sub_id\":{\"format\":\"phone_number\",\"phone_number\":\"+1\"}}",
        "{\"sub_id\":{\"format\":\"email\"}}",
        "{\"sub_id\":{\"format\":\"email\",\"email\":\" \"}}",
        "{\"sub_id\":{\"format\":\"email\",\"email\":[\"a@example.org\"]}}",
        "{\"sub_id\":{\"format\":\"iss_sub\",\"iss\":\"https://idp.example\"}}",
        "{\"sub_id\":{\"format\":\"opaque\",\"id\":7}}",
        "{\"sub_id\":{\"format\":\"opaque\",\"id\":\"a\",\"id\":\"b\"}}",
        "{\"sub_id\":{\"format\":\"opaque\",\"id\":\"a\\u0000\"}}",
        "{\"sub_id\":{\"format\":\"opaque\",\"id\":\"a\"}} {}",
        "{\"sub_id\":{\"format\":\"opaque\",\"id\":\"a\",\"email\":\"a@example.org\"}}",
        "{\"sub_id\":{\"format\":\"email\",\"email\":\"a@example.org\",\"iss\":null}}",
        "{\"sub_id\":{\"format\":\"iss_sub\",\"iss\":\"https://a\",\"sub\":\"1\",\"x\":{}}}",
      })
  void anythingElseIsMalformed(String body) {
    assertThatThrownBy(() -> read(body))
        .isInstanceOfSatisfying(RequestException.class, e -> assertThat(e.status()).isEqualTo(400));
  }

  @Test
  void theErrorTellsNothingOfTheBody() {
    assertThatThrownBy(() -> read("{\"sub_id\":{\"format\":\"secret-format\"}}"))
        .hasMessage("sub_id.format must be iss_sub, email or opaque");
    assertThatThrownBy(
            () -> read("{\"sub_id\":{\"format\":\"opaque\",\"id\":\"" + "x".repeat(256) + "\"}}"))
        .hasMessage("sub_id.id must have 1 to 255 characters, no control characters");
    assertThatThrownBy(() -> read("{\"sub_id\":{\"format\":\"opaque\",\"id\":\"a\",\"secret\":1}}"))
        .hasMessage("sub_id has a member that its format does not have");
  }
}
