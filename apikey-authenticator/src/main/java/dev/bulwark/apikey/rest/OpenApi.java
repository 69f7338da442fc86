package dev.bulwark.apikey.rest;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;

/** The OpenAPI 3.1 document of this module, as it is in the jar. */
final class OpenApi {

  private static final String DOCUMENT = "/dev/bulwark/apikey/openapi.json";

  private OpenApi() {}

  static String document() {
    try (InputStream in = OpenApi.class.getResourceAsStream(DOCUMENT)) {
      if (in == null) {
        throw new IllegalStateException(DOCUMENT + " is not in the jar");
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
