package dev.bulwark.legacy.endpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.nio.charset.StandardCharsets;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** P5: what is an answer of the old application, and what is none. */
class AnswerRulesTest {

  private final AnswerRules rules = new AnswerRules(Set.of("valid"), Set.of(401, 403));
  private final AnswerRules tokens =
      new AnswerRules(Set.of("access_token", "totp_required"), Set.of(401));

  @Test
  void aBooleanSaysWhatItSays() throws Exception {
    assertThat(right(rules, 200, "{\"valid\":true}")).isTrue();
    assertThat(right(rules, 200, "{\"valid\":false,\"detail\":\"wrong\"}")).isFalse();
  }

  @Test
  void aTextMeansRight() throws Exception {
    assertThat(right(tokens, 200, "{\"access_token\":\"eyJ\",\"token_type\":\"bearer\"}")).isTrue();
    assertThat(right(tokens, 200, "{\"totp_required\":true}")).isTrue();
  }

  @ParameterizedTest
  @ValueSource(ints = {401, 403})
  void aRejectedStatusMeansWrong(int status) throws Exception {
    assertThat(right(rules, status, "")).isFalse();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "OK",
        "true",
        "[]",
        "<html>Login</html>",
        "{}",
        "{\"valid\":null}",
        "{\"valid\":1}",
        "{\"valid\":\"\"}",
        "{\"valid\":\"false\"}",
        "{\"valid\":\" False \"}",
        "{\"valid\":\"true\"}",
        "{\"valid\":\"0\"}",
        "{\"valid\":\"no\"}",
        "{\"valid\":\"null\"}",
        "{\"valid\":{}}",
        "{\"valid\":[true]}",
        "{\"error\":\"maintenance\"}",
        "{\"valid\":true,\"valid\":false}",
        "{\"valid\":true}{\"valid\":true}",
        "{\"valid\":true",
        "{\"data\":{\"valid\":true}}"
      })
  void somethingElseIsNoAnswer(String body) {
    assertReason(rules, 200, body, Reason.MALFORMED);
  }

  @Test
  void membersThatContradictEachOtherAreNoAnswer() {
    assertReason(tokens, 200, "{\"access_token\":\"x\",\"totp_required\":false}", Reason.MALFORMED);
  }

  @ParameterizedTest
  @CsvSource({
    "201,STATUS",
    "204,STATUS",
    "302,STATUS",
    "307,STATUS",
    "400,STATUS",
    "404,STATUS",
    "422,STATUS",
    "500,STATUS",
    "429,LIMITED",
    "502,OVERLOADED",
    "503,OVERLOADED",
    "504,OVERLOADED"
  })
  void anotherStatusIsNoAnswer(int status, Reason reason) {
    assertReason(rules, status, "", reason);
  }

  @Test
  void anAnswerIsNotQuoted() {
    assertThatExceptionOfType(NoAnswerException.class)
        .isThrownBy(() -> right(rules, 200, "eyJhbGciOi-a-token"))
        .withMessageNotContaining("eyJ")
        .withNoCause();
  }

  private static void assertReason(AnswerRules rules, int status, String body, Reason reason) {
    assertThatExceptionOfType(NoAnswerException.class)
        .isThrownBy(() -> right(rules, status, body))
        .extracting(NoAnswerException::reason)
        .isEqualTo(reason);
  }

  private static boolean right(AnswerRules rules, int status, String body)
      throws NoAnswerException {
    return rules.isRight(status, body.getBytes(StandardCharsets.UTF_8));
  }
}
