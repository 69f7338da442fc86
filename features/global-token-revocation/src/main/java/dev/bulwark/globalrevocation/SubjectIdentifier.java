package dev.bulwark.globalrevocation;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.util.List;
import java.util.stream.Stream;

/** Which user a request is about: a subject identifier of RFC 9493, in one of three formats. */
sealed interface SubjectIdentifier {

  /**
   * Format {@code iss_sub} (RFC 9493, 3.2.3): the subject of an issuer.
   *
   * @param issuer an issuer's URL
   * @param subject how that issuer calls the user
   */
  record IssuerSubject(String issuer, String subject) implements SubjectIdentifier {}

  /** Format {@code email} (RFC 9493, 3.2.2). */
  record Email(String address) implements SubjectIdentifier {}

  /** Format {@code opaque} (RFC 9493, 3.2.4): the id of a user in Keycloak. */
  record Opaque(String id) implements SubjectIdentifier {}

  /**
   * Reads the body of a request: an object with the member {@code sub_id}. Other members beside it
   * are left alone, as those of a later draft.
   *
   * @throws RequestException if it is none; its message contains nothing of the body
   */
  static SubjectIdentifier read(byte[] body) {
    JsonNode request;
    try {
      request =
          JsonMapper.builder()
              .enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION)
              .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
              .build()
              .readTree(body);
    } catch (JsonProcessingException e) {
      throw RequestException.invalid("The body is not a JSON object");
    } catch (java.io.IOException e) {
      throw RequestException.invalid("The body cannot be read");
    }
    JsonNode subject = request == null ? null : request.get("sub_id");
    if (subject == null || !subject.isObject()) {
      throw RequestException.invalid("The body must be a JSON object with an object \"sub_id\"");
    }
    String format = text(subject, "format");
    return switch (format) {
      case "iss_sub" -> {
        List<String> texts = texts(subject, "iss", "sub");
        yield new IssuerSubject(texts.get(0), texts.get(1));
      }
      case "email" -> new Email(texts(subject, "email").get(0));
      case "opaque" -> new Opaque(texts(subject, "id").get(0));
      default -> throw RequestException.invalid("sub_id.format must be iss_sub, email or opaque");
    };
  }

  /** The members that a format has beside its name. RFC 9493 (3) allows no others. */
  private static List<String> texts(JsonNode subject, String... members) {
    List<String> texts = Stream.of(members).map(member -> text(subject, member)).toList();
    if (subject.size() > members.length + 1) {
      throw RequestException.invalid("sub_id has a member that its format does not have");
    }
    return texts;
  }

  private static String text(JsonNode subject, String member) {
    JsonNode value = subject.get(member);
    if (value == null || !value.isTextual()) {
      throw RequestException.invalid("sub_id." + member + " must be a string");
    }
    String text = value.asText();
    if (!PlainText.isPlain(text)) {
      throw RequestException.invalid("sub_id." + member + " must have " + PlainText.RULE);
    }
    return text;
  }
}
