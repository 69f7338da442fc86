package dev.bulwark.legacy.endpoint;

import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Reads the endpoint's answer. A status alone proves nothing: applications answer 200 with an error
 * page, or with an error in JSON.
 *
 * @param acceptedBy members of the JSON object of which one is true, or a text, for a right
 *     password
 * @param rejectedStatus statuses that mean a wrong password
 */
public record AnswerRules(Set<String> acceptedBy, Set<Integer> rejectedStatus) {

  static final int OK = 200;

  /** An application that writes truth values as text would otherwise accept every password. */
  private static final Set<String> TRUTH_VALUES =
      Set.of("true", "false", "yes", "no", "on", "off", "0", "1", "null", "none", "undefined");

  private static final int TOO_MANY_REQUESTS = 429;

  private static final Set<Integer> OVERLOADED = Set.of(502, 503, 504);

  private static final ObjectReader JSON =
      JsonMapper.builder()
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build()
          .reader();

  /** Copies the sets. */
  public AnswerRules {
    acceptedBy = Set.copyOf(acceptedBy);
    rejectedStatus = Set.copyOf(rejectedStatus);
  }

  private static Reason reason(int status) {
    if (status == TOO_MANY_REQUESTS) {
      return Reason.LIMITED;
    }
    return OVERLOADED.contains(status) ? Reason.OVERLOADED : Reason.STATUS;
  }

  /**
   * Whether the password is right.
   *
   * @param body empty for another status than 200
   */
  boolean isRight(int status, byte[] body) throws NoAnswerException {
    if (rejectedStatus.contains(status)) {
      return false;
    }
    if (status != OK) {
      throw new NoAnswerException(reason(status), "status " + status);
    }
    boolean right = false;
    boolean wrong = false;
    JsonNode answer = object(body);
    for (String member : acceptedBy) {
      @Nullable JsonNode value = answer.get(member);
      if (value != null) {
        boolean accepts = value.isTextual() ? isToken(value.textValue()) : value.booleanValue();
        if (!accepts && !value.isBoolean()) {
          throw new NoAnswerException(
              Reason.MALFORMED,
              "its member '" + member + "' is neither true, false nor a text that means neither");
        }
        right |= accepts;
        wrong |= !accepts;
      }
    }
    if (right == wrong) {
      throw new NoAnswerException(
          Reason.MALFORMED,
          right
              ? "its members " + acceptedBy + " contradict each other"
              : "it has none of the members " + acceptedBy);
    }
    return right;
  }

  /** Such as an access token, and not a truth value in quotation marks. */
  private static boolean isToken(String text) {
    return !text.isBlank() && !TRUTH_VALUES.contains(text.strip().toLowerCase(Locale.ROOT));
  }

  private static JsonNode object(byte[] body) throws NoAnswerException {
    try {
      JsonNode answer = JSON.readTree(body);
      if (answer.isObject()) {
        return answer;
      }
    } catch (IOException e) {
      // Without the cause: it quotes the answer, which may contain a token.
      throw new NoAnswerException(Reason.MALFORMED, "it is not JSON");
    }
    throw new NoAnswerException(Reason.MALFORMED, "it is no JSON object");
  }
}
