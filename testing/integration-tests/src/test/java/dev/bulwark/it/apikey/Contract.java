package dev.bulwark.it.apikey;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SpecVersion;
import dev.bulwark.it.support.Response;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.TreeSet;

/** Compares real answers with the OpenAPI document that the server itself serves. */
public final class Contract {

  private static final JsonSchemaFactory SCHEMAS =
      JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V202012);

  private final JsonNode document;
  private final TreeSet<String> seen = new TreeSet<>();

  /** Of a document. */
  public Contract(JsonNode document) {
    this.document = document;
  }

  /** Operations that were checked with an answer that is no error. */
  public TreeSet<String> seen() {
    return seen;
  }

  /** The status, media type and body are what the document says of the operation. */
  public Response check(String method, String path, Response answer) {
    String what = method + " " + path + " " + answer.status() + " " + answer.body();
    JsonNode operation = document.get("paths").path(path).path(method);
    assertThat(operation.isMissingNode()).as(what).isFalse();
    JsonNode response = resolve(operation.get("responses").path(Integer.toString(answer.status())));
    assertThat(response.isMissingNode()).as("undocumented: %s", what).isFalse();
    response
        .path("headers")
        .properties()
        .forEach(
            header -> {
              // Those that an answer may lack say so.
              if (header.getValue().path("required").asBoolean(true)) {
                assertThat(answer.headers().firstValue(header.getKey()))
                    .as(header.getKey())
                    .isPresent();
              }
            });
    JsonNode content = response.path("content");
    if (content.isMissingNode()) {
      assertThat(answer.body()).as(what).isEmpty();
    } else {
      String type = answer.header("Content-Type").replaceAll(";.*", "");
      assertThat(content.has(type)).as("media type %s of %s", type, what).isTrue();
      validate(content.get(type).get("schema"), answer.body(), what);
    }
    if (answer.status() < 300) {
      seen.add(method + " " + path);
    }
    return answer;
  }

  /** The body of a request is what the document says. */
  public void checkBody(String schema, String body) {
    ObjectNode reference = new ObjectMapper().createObjectNode();
    validate(reference.put("$ref", "#/components/schemas/" + schema), body, body);
  }

  private void validate(JsonNode schema, String body, String what) {
    ObjectNode root = ((ObjectNode) schema).deepCopy();
    root.set("components", document.get("components").deepCopy());
    close(root);
    try {
      assertThat(SCHEMAS.getSchema(root).validate(new ObjectMapper().readTree(body)))
          .as(what)
          .isEmpty();
    } catch (IOException e) {
      throw new UncheckedIOException(what, e);
    }
  }

  /**
   * The document leaves answers open, so that later versions may add members. An answer of this
   * version has none that the document does not name.
   */
  private static void close(JsonNode schema) {
    if (schema.path("properties").isObject() && !schema.has("additionalProperties")) {
      ((ObjectNode) schema).put("additionalProperties", false);
    }
    schema.forEach(Contract::close);
  }

  private JsonNode resolve(JsonNode node) {
    return node.has("$ref") ? document.at(node.get("$ref").asText().substring(1)) : node;
  }
}
