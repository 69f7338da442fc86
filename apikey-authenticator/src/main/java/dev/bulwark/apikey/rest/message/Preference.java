package dev.bulwark.apikey.rest.message;

import jakarta.ws.rs.core.HttpHeaders;
import java.util.List;
import java.util.stream.Stream;

/** The request header {@code Prefer} (RFC 7240). Thread-safe. */
public final class Preference {

  static final String HEADER = "Prefer";

  /** Tells the client that its preference was applied. */
  public static final String APPLIED_HEADER = "Preference-Applied";

  /** The response has the representation of what was made. */
  public static final String REPRESENTATION = "return=representation";

  private Preference() {}

  /** Returns whether a request asks for the representation. */
  public static boolean isRepresentation(HttpHeaders headers) {
    List<String> values = headers.getRequestHeader(HEADER);
    return values != null
        && values.stream()
            .flatMap(value -> Stream.of(value.split(",", -1)))
            .map(preference -> preference.split(";", 2)[0].strip())
            .anyMatch(REPRESENTATION::equalsIgnoreCase);
  }
}
