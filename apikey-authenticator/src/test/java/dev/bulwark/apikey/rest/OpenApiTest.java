package dev.bulwark.apikey.rest;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.bulwark.apikey.rest.message.KeyChange;
import dev.bulwark.apikey.rest.message.KeyRepresentation;
import jakarta.ws.rs.HttpMethod;
import jakarta.ws.rs.Path;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.annotation.Annotation;
import java.lang.reflect.Method;
import java.lang.reflect.RecordComponent;
import java.util.Arrays;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/**
 * The document has the paths, methods and members that the resources have, no more and no fewer.
 * Those of an imported row are compared by {@code ImportRowTest}.
 */
class OpenApiTest {

  private static final JsonNode DOCUMENT = read();

  private static JsonNode read() {
    try {
      return new ObjectMapper().readTree(OpenApi.document());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void pathsAndMethodsAreThoseOfTheResources() {
    Set<String> real = new TreeSet<>();
    collect(OwnerResource.class, "/realms/{realm}/api-keys", real);
    collect(VerifyResource.class, "/realms/{realm}/api-keys/verify", real);
    collect(AdminResource.class, "/admin/realms/{realm}/api-keys", real);
    // The preflight of CORS is no operation of its own.
    assertThat(real.remove("OPTIONS /realms/{realm}/api-keys/{path}")).isTrue();
    Set<String> documented = new TreeSet<>();
    DOCUMENT
        .get("paths")
        .properties()
        .forEach(
            path ->
                path.getValue()
                    .fieldNames()
                    .forEachRemaining(
                        method -> {
                          if (!method.equals("parameters")) {
                            documented.add(method.toUpperCase(Locale.ROOT) + " " + path.getKey());
                          }
                        }));
    assertThat(documented).isEqualTo(real);
  }

  private static void collect(Class<?> resource, String base, Set<String> into) {
    for (Method method : resource.getDeclaredMethods()) {
      Path path = method.getAnnotation(Path.class);
      for (Annotation annotation : method.getAnnotations()) {
        HttpMethod http = annotation.annotationType().getAnnotation(HttpMethod.class);
        if (http != null) {
          String below =
              path == null ? "" : "/" + path.value().replaceAll("\\{(\\w+):[^}]*}", "{$1}");
          into.add(http.value() + " " + base + below);
        }
      }
    }
  }

  @Test
  void requestsHaveTheMembersThatAreRead() {
    assertThat(members("NewKey")).containsExactlyInAnyOrderElementsOf(KeyChange.CHOSEN);
    assertThat(members("NewKeyOfOwner"))
        .contains("owner")
        .filteredOn(member -> !member.equals("owner"))
        .containsExactlyInAnyOrderElementsOf(KeyChange.CHOSEN);
    assertThat(members("KeyChange")).containsExactlyInAnyOrderElementsOf(KeyChange.MEMBERS);
  }

  @Test
  void answersHaveTheMembersThatAreWritten() {
    Set<String> listed = components(KeyRepresentation.Listed.class);
    assertThat(members("OwnedKey")).isEqualTo(listed);
    Set<String> created = components(KeyRepresentation.Created.class);
    assertThat(members("CreatedOwnedKey")).isEqualTo(created);
    listed.remove("owner");
    assertThat(members("Key")).isEqualTo(listed);
    created.remove("owner");
    assertThat(members("CreatedKey")).isEqualTo(created);
  }

  private static Set<String> members(String schema) {
    Set<String> names = new TreeSet<>();
    DOCUMENT
        .at("/components/schemas/" + schema + "/properties")
        .fieldNames()
        .forEachRemaining(names::add);
    return names;
  }

  private static Set<String> components(Class<?> answer) {
    return Arrays.stream(answer.getRecordComponents())
        .map(RecordComponent::getName)
        .collect(Collectors.toCollection(TreeSet::new));
  }

  /** Each request of an owner can be one too many, but no revocation is rejected for that. */
  @Test
  void ownersCanBeTooFast() {
    String own = "/realms/{realm}/api-keys";
    Set<String> limited = new TreeSet<>();
    DOCUMENT
        .get("paths")
        .properties()
        .forEach(
            path ->
                path.getValue()
                    .properties()
                    .forEach(
                        operation -> {
                          if (operation
                              .getValue()
                              .at("/responses/429/$ref")
                              .asText()
                              .endsWith("/SlowDown")) {
                            limited.add(operation.getKey() + " " + path.getKey());
                          }
                        }));
    assertThat(limited)
        .containsExactlyInAnyOrder(
            "get " + own,
            "post " + own,
            "get " + own + "/settings",
            "get " + own + "/{id}",
            "patch " + own + "/{id}",
            "post " + own + "/{id}/rotate");
  }

  @Test
  void everyReferenceLeadsSomewhere() {
    assertThat(DOCUMENT.findValuesAsText("$ref"))
        .isNotEmpty()
        .allSatisfy(
            reference -> assertThat(DOCUMENT.at(reference.substring(1)).isMissingNode()).isFalse());
  }

  /** Tools make a class or a chapter of each tag. */
  @Test
  void everyOperationHasATagOfTheList() {
    Set<String> known = new TreeSet<>(DOCUMENT.get("tags").findValuesAsText("name"));
    Set<String> used = new TreeSet<>();
    DOCUMENT
        .get("paths")
        .findParents("operationId")
        .forEach(
            operation -> {
              assertThat(operation.get("tags")).as(operation.toString()).hasSize(1);
              used.add(operation.at("/tags/0").asText());
            });
    assertThat(used).isEqualTo(known);
  }

  @Test
  void operationsHaveDifferentIds() {
    assertThat(DOCUMENT.findValuesAsText("operationId")).isNotEmpty().doesNotHaveDuplicates();
    assertThat(DOCUMENT.get("openapi").asText()).startsWith("3.1.");
  }
}
