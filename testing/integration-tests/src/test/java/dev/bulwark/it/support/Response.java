package dev.bulwark.it.support;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.http.HttpHeaders;
import org.jsoup.Jsoup;
import org.jsoup.nodes.Element;

/** An HTTP response with a text body. */
public record Response(int status, HttpHeaders headers, String body) {

  private static final ObjectMapper JSON = new ObjectMapper();

  /** The body as JSON. */
  public JsonNode json() {
    try {
      return JSON.readTree(body);
    } catch (IOException e) {
      throw new UncheckedIOException("no JSON: " + body, e);
    }
  }

  /** The text of a field of the JSON body; fails where it is missing. */
  public String text(String field) {
    JsonNode value = json().get(field);
    if (value == null || value.isNull()) {
      throw new AssertionError("no field " + field + " in " + body);
    }
    return value.asText();
  }

  /** The first element of the HTML body that a CSS selector finds; fails where there is none. */
  public Element element(String selector) {
    Element found = Jsoup.parse(body).selectFirst(selector);
    if (found == null) {
      throw new AssertionError("no " + selector + " in " + status + ": " + body);
    }
    return found;
  }

  public String header(String name) {
    return headers.firstValue(name).orElse("");
  }

  /** Fails with the body where the status is another. */
  public Response expect(int expected) {
    if (status != expected) {
      throw new AssertionError("status " + status + " instead of " + expected + ": " + body);
    }
    return this;
  }
}
