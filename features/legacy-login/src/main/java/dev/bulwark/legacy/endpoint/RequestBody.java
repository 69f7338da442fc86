package dev.bulwark.legacy.endpoint;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/**
 * How name and password are sent.
 *
 * @param format of the body
 * @param usernameField name of the member or field with the user's name
 * @param passwordField name of that with the password
 */
public record RequestBody(Format format, String usernameField, String passwordField) {

  /** A media type. */
  public enum Format {
    /** A JSON object. */
    JSON("application/json"),
    /** A form, as RFC 6749 has it for the password grant. */
    FORM("application/x-www-form-urlencoded");

    private final String mediaType;

    Format(String mediaType) {
      this.mediaType = mediaType;
    }

    /** As an administrator writes it. */
    public String label() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  String mediaType() {
    return format.mediaType;
  }

  String write(String username, String password) {
    return switch (format) {
      case JSON ->
          JsonNodeFactory.instance
              .objectNode()
              .put(usernameField, username)
              .put(passwordField, password)
              .toString();
      case FORM ->
          encode(usernameField)
              + "="
              + encode(username)
              + "&"
              + encode(passwordField)
              + "="
              + encode(password);
    };
  }

  private static String encode(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8);
  }
}
