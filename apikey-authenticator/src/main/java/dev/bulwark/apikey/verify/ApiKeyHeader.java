package dev.bulwark.apikey.verify;

import jakarta.ws.rs.core.HttpHeaders;
import java.util.List;
import java.util.Optional;

/** The header that carries a key. */
public final class ApiKeyHeader {

  public static final String NAME = "X-API-Key";

  private ApiKeyHeader() {}

  /**
   * The key of a request; empty when there is none. Two of them are none: which one a proxy in
   * front has looked at cannot be known.
   */
  public static Optional<String> of(HttpHeaders headers) {
    List<String> values = headers.getRequestHeader(NAME);
    if (values == null || values.size() != 1 || values.get(0).isBlank()) {
      return Optional.empty();
    }
    return Optional.of(values.get(0).trim());
  }
}
