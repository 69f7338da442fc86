package dev.bulwark.apikey.rest;

import jakarta.ws.rs.core.HttpHeaders;
import java.util.List;
import java.util.stream.Stream;

/** The request header {@code Prefer} (RFC 7240). */
final class Preference {

  static final String HEADER = "Prefer";

  /** Tells the client that its preference was applied. */
  static final String APPLIED_HEADER = "Preference-Applied";

  /** The response has the representation of what was made. */
  static final String REPRESENTATION = "return=representation";

  private Preference() {}

  /** Whether a request asks for the representation. */
  static boolean isRepresentation(HttpHeaders headers) {
    List<String> values = headers.getRequestHeader(HEADER);
    return values != null
        && values.stream()
            .flatMap(value -> Stream.of(value.split(",", -1)))
            .map(preference -> preference.split(";", 2)[0].strip())
            .anyMatch(REPRESENTATION::equalsIgnoreCase);
  }
}
