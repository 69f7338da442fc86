package dev.bulwark.globalrevocation;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** R10: what an error asks the caller for (RFC 6750, 3). */
class RequestExceptionTest {

  @Test
  void aRequestWithoutCredentialsIsToldNoError() {
    RequestException e = RequestException.unauthenticated();
    assertThat(e.status()).isEqualTo(401);
    assertThat(e.error()).isNull();
    assertThat(e.challenge("app")).contains("Bearer realm=\"app\"");
  }

  @Test
  void aTokenThatIsNotValidOrTooWeakIsToldSo() {
    assertThat(RequestException.unauthorized("x").challenge("app"))
        .contains("Bearer realm=\"app\", error=\"invalid_token\"");
    assertThat(RequestException.insufficientScope("x").challenge("app"))
        .contains(
            "Bearer realm=\"app\", error=\"insufficient_scope\","
                + " scope=\"global-token-revocation\"");
  }

  @Test
  void otherErrorsAskForNoOtherToken() {
    RuntimeException cause = new IllegalStateException();
    assertThat(RequestException.denied("x").challenge("app")).isEmpty();
    assertThat(RequestException.invalid("x").challenge("app")).isEmpty();
    assertThat(RequestException.unknownSubject().challenge("app")).isEmpty();
    assertThat(RequestException.keysUnavailable(cause).challenge("app")).isEmpty();
    assertThat(RequestException.keysUnavailable(cause)).hasCause(cause);
  }

  @Test
  void theNameOfARealmCannotEndItsText() {
    assertThat(RequestException.unauthenticated().challenge("a\"\\b"))
        .contains("Bearer realm=\"a\\\"\\\\b\"");
  }
}
