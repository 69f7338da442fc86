package dev.bulwark.it.apikey;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.bulwark.it.support.AdminApi;
import dev.bulwark.it.support.Http;
import dev.bulwark.it.support.Json;
import dev.bulwark.it.support.Response;
import dev.bulwark.it.support.SharedRealm;
import dev.bulwark.it.support.TestStack;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** K11: administrators search, filter, sort and page the keys of a realm. */
@SharedRealm
class AdminListIT {

  private static final String PATH = "/realms/app/api-keys";

  private final TestStack stack = TestStack.get();
  private final AdminApi admin = stack.admin();
  private final Keys keys = new Keys(stack.realm());

  /** Names begin alike, so that other keys of the realm are never among those found. */
  @BeforeEach
  void make() {
    if (admin.get("/realms/app/users?exact=true&username=lister").json().isEmpty()) {
      KeyPages.createUser(admin, "lister");
      KeyPages.createUser(admin, "lister-b");
      String soon = Instant.now().plus(Duration.ofDays(20)).toString();
      create("lister", "ls-plain", null);
      create("lister", "ls-Größe 100% \"q\" a_b", soon);
      String off = create("lister", "ls-off", null).get("id").asText();
      admin.patch(PATH + "/" + off, Json.object("active", false)).expect(200);
      String old = create("lister-b", "ls-rotated", null).get("id").asText();
      admin.post(PATH + "/" + old + "/rotate", Json.object("overlapSeconds", 600)).expect(201);
      admin
          .post(
              PATH,
              Json.object(
                  "name",
                  "ls-Service Größe",
                  "owner",
                  Map.of("type", "client", "id", "tasks-service")))
          .expect(201);
      String ago = Instant.now().minus(Duration.ofDays(200)).toString();
      String row =
          "{\"username\":\"lister-b\",\"name\":\"ls-ancient\",\"hash\":\"%s\",\"createdAt\":\"%s\"}";
      JsonNode report =
          admin
              .post(
                  PATH + "/import", row.formatted(ForeignKeys.sha256("ls-ancient-0123456789"), ago))
              .expect(200)
              .json();
      assertThat(report.get("refused").asInt()).as(report.toString()).isZero();
    }
  }

  private JsonNode create(String user, String name, @org.jspecify.annotations.Nullable String end) {
    Map<String, String> owner = Map.of("type", "user", "id", admin.userId(user));
    return admin
        .post(
            PATH,
            Json.object(
                "name", name, "scopes", List.of("tasks:read"), "expiresAt", end, "owner", owner))
        .expect(201)
        .json();
  }

  private List<String> names(String query) {
    Response answer = admin.get(PATH + "?search=ls-&" + query).expect(200);
    List<String> names = answer.json().findValuesAsText("name");
    names.removeIf(name -> !name.startsWith("ls-"));
    assertThat(answer.header("X-Total-Count")).isEqualTo(Integer.toString(names.size()));
    return names;
  }

  @Test
  void byTextInNameOwnerAndVisiblePart() {
    assertThat(names("")).hasSize(7);
    assertThat(found("ls-PLAIN")).containsExactly("ls-plain");
    assertThat(found("größe ls-")).as("each word").hasSize(2);
    assertThat(found("ls- LISTER-b")).hasSize(3).contains("ls-ancient", "ls-rotated");
    assertThat(found("ls- lister-b@example")).hasSize(3);
    assertThat(found("ls- tasks-service")).containsExactly("ls-Service Größe");
    assertThat(found("100%")).hasSize(1);
    assertThat(found("ls-_lain")).as("no pattern").isEmpty();
    assertThat(found("ls-%lain")).isEmpty();
    assertThat(found("a_b")).hasSize(1);
    assertThat(found("\"q\"")).hasSize(1);
    JsonNode plain = admin.get(PATH + "?search=ls-plain").json().get(0);
    assertThat(found(plain.get("prefix").asText())).containsExactly("ls-plain");
    assertThat(found("\"prefix\":")).as("of the JSON that is stored").isEmpty();
  }

  private List<String> found(String search) {
    return admin
        .get(PATH + "?search=" + Http.encode(search))
        .expect(200)
        .json()
        .findValuesAsText("name")
        .stream()
        .filter(name -> name.startsWith("ls-"))
        .toList();
  }

  @Test
  void byOwner() {
    String lister = admin.userId("lister");
    assertThat(names("owner=user:" + lister)).hasSize(3);
    assertThat(names("owner=user")).hasSize(6);
    assertThat(names("owner=client")).containsExactly("ls-Service Größe");
    assertThat(names("owner=client:tasks-service")).hasSize(1);
    assertThat(names("ownerType=user&ownerId=" + lister)).as("old spelling").hasSize(3);
  }

  @Test
  void byState() {
    assertThat(names("state=inactive")).containsExactly("ls-off");
    assertThat(names("state=replaced")).containsExactly("ls-rotated");
    assertThat(names("state=expired")).isEmpty();
    assertThat(names("state=active"))
        .hasSize(5)
        .contains("ls-plain", "ls-rotated")
        .doesNotContain("ls-off");
  }

  @Test
  void byEndAndUse() {
    assertThat(names("expiresWithinDays=30")).as("an overlap ends, too").hasSize(2);
    assertThat(names("expiresWithinDays=30&state=active"))
        .singleElement()
        .asString()
        .startsWith("ls-Größe");
    assertThat(names("expiresWithinDays=10")).containsExactly("ls-rotated");
    assertThat(names("unusedForDays=90")).containsExactly("ls-ancient");
    assertThat(names("unusedForDays=300")).isEmpty();
    assertThat(names("unusedForDays=90&state=inactive")).as("both").isEmpty();
  }

  @Test
  void sortedAndInPages() {
    List<String> oldest = names("sort=createdAt");
    assertThat(oldest.get(0)).isEqualTo("ls-ancient");
    List<String> newest = names("sort=-createdAt");
    assertThat(newest).last().isEqualTo("ls-ancient");
    // The end of an overlap is an end, too.
    assertThat(names("sort=expiresAt").subList(0, 2)).first().isEqualTo("ls-rotated");
    assertThat(names("sort=expiresAt").get(1)).startsWith("ls-Größe");
    assertThat(names("sort=lastUsedAt").get(0)).isEqualTo("ls-ancient");
    for (int first = 0; first < 9; first += 3) {
      Response page = admin.get(PATH + "?search=ls-&first=" + first + "&max=3").expect(200);
      assertThat(page.json().findValuesAsText("name").stream().filter(n -> n.startsWith("ls-")))
          .containsExactlyElementsOf(oldest.subList(first, Math.min(7, first + 3)));
      assertThat(page.header("X-Total-Count")).isEqualTo("7");
    }
    Response beyond = admin.get(PATH + "?search=ls-&first=50").expect(200);
    assertThat(beyond.json()).isEmpty();
    assertThat(beyond.header("X-Total-Count")).isEqualTo("7");
  }

  /** Keycloak deletes the credential and leaves the row of the index behind. */
  @Test
  void aKeyThatKeycloakHasDeletedIsNeitherListedNorCounted() {
    String id = create("lister-b", "gone-key", null).get("id").asText();
    assertThat(admin.get(PATH + "?search=gone-key").header("X-Total-Count")).isEqualTo("1");
    admin
        .delete("/realms/app/users/" + admin.userId("lister-b") + "/credentials/" + id)
        .expect(204);
    Response after = admin.get(PATH + "?search=gone-key").expect(200);
    assertThat(after.json()).isEmpty();
    assertThat(after.header("X-Total-Count")).isEqualTo("0");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "stat=active",
        "state=usable",
        "sort=name",
        "owner=robot",
        "owner=user:",
        "expiresWithinDays=0",
        "unusedForDays=x",
        "search=a+b+c+d+e+f",
        // A variable of a script that is not set, or a filter that would be ignored.
        "state=",
        "state=active&unusedForDays=",
        "expiresWithinDays=+",
        "search=",
        "owner=",
        "ownerType=&ownerId=",
        "state=active&state=inactive",
        "search=ls-&search=ls-plain",
        "owner=user&ownerId=nobody",
      })
  void whatIsNotKnownIsRefused(String query) {
    Response answer = admin.get(PATH + "?" + query);
    assertThat(answer.status()).as(answer.body()).isEqualTo(400);
    assertThat(answer.header("Content-Type")).startsWith("application/problem+json");
  }

  /** PostgreSQL rejects a query with NUL. Keycloak itself rejects control characters here. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "search=a%00b",
        "search=a%01b",
        "owner=user:%00",
        "owner=client:a%01b",
        "ownerType=user&ownerId=%00",
      })
  void controlCharactersAreRefused(String query) {
    Response answer = admin.get(PATH + "?" + query);
    assertThat(answer.status()).as(answer.body()).isEqualTo(400);
  }

  @ParameterizedTest
  @ValueSource(strings = {"user", "client"})
  void anOwnerOfControlCharactersIsRefused(String type) {
    String body =
        "{\"name\":\"x\",\"owner\":{\"type\":\"%s\",\"id\":\"a\\u0000\"}}".formatted(type);
    Response answer = admin.post(PATH, body);
    assertThat(answer.status()).as(answer.body()).isEqualTo(400);
    assertThat(answer.text("detail")).startsWith("owner.id must be");
  }
}
