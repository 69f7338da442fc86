package dev.bulwark.it.ratelimit;

import static dev.bulwark.it.ratelimit.LimitedServer.PASSWORD;
import static dev.bulwark.it.ratelimit.LimitedServer.PER_ACCOUNT;
import static dev.bulwark.it.ratelimit.LimitedServer.REALM;
import static dev.bulwark.it.ratelimit.LimitedServer.newAddress;
import static dev.bulwark.it.ratelimit.LimitedServer.nobody;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.bulwark.it.support.Http;
import dev.bulwark.it.support.Json;
import dev.bulwark.it.support.Response;
import java.net.http.HttpRequest;
import java.util.List;
import java.util.Locale;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** L1, K11: an administrator sees refused attempts, and lifts a limit. */
@Tag("slow")
class UnblockIT {

  private static final LimitedServer SERVER = LimitedServer.shared();
  private static final String PATH = "/realms/" + REALM + "/login-limits";
  private static final String UNBLOCK = PATH + "/unblock";

  private static Response unblock(Object... namesAndValues) {
    return SERVER.admin().post(UNBLOCK, Json.object(namesAndValues));
  }

  private static void failAt(String name) {
    for (int i = 0; i < PER_ACCOUNT; i++) {
      SERVER.grant(newAddress(), name, "wrong").expect(400);
    }
  }

  @Test
  void aUserLogsInAtOnceByNameOrMailAndInSpiteOfKeycloaksLock() {
    String user = SERVER.newUser();
    SERVER.lockAfter(1);
    try {
      SERVER.failAndBook(newAddress(), user);
    } finally {
      SERVER.lockAfter(PER_ACCOUNT);
    }
    assertThat(SERVER.failures(user).get("disabled").asBoolean()).as("locked").isTrue();
    for (int i = 1; i < PER_ACCOUNT; i++) {
      SERVER.grant(newAddress(), user, "wrong").expect(400);
    }
    SERVER.grant(newAddress(), user, PASSWORD).expect(429);
    assertThat(unblock("username", user.toUpperCase(Locale.ROOT)).expect(200).body())
        .isEqualTo("{\"everywhere\":true}");
    SERVER.grant(newAddress(), user, PASSWORD).expect(200);
    // All attempts are there again.
    failAt(user);
    SERVER.grant(newAddress(), user, PASSWORD).expect(429);
    unblock("username", user + "@example.org").expect(200);
    SERVER.grant(newAddress(), user, PASSWORD).expect(200);
  }

  @Test
  void aNameThatNobodyHasIsUnblockedToo() {
    String name = nobody();
    failAt(name);
    SERVER.grant(newAddress(), name, "wrong").expect(429);
    unblock("username", name).expect(200);
    SERVER.grant(newAddress(), name, "wrong").expect(400);
  }

  @Test
  void anAddressLogsInAtOnceAndNoOther() {
    String address = newAddress();
    String other = newAddress();
    String user = SERVER.newUser();
    SERVER.fill(address);
    SERVER.fill(other);
    SERVER.grant(address, user, PASSWORD).expect(429);
    unblock("address", address).expect(200);
    SERVER.grant(address, user, PASSWORD).expect(200);
    SERVER.grant(other, user, PASSWORD).expect(429);
    String network = "2001:db8:7b:1::";
    SERVER.fill(network + "1");
    SERVER.grant(network + "2", user, PASSWORD).expect(429);
    unblock("address", network + "3").expect(200);
    SERVER.grant(network + "2", user, PASSWORD).expect(200);
  }

  @Test
  void eachIsAnAdminEvent() {
    // Not by events/config: it would switch the other events off for the tests that follow.
    SERVER.admin().put("/realms/" + REALM, Json.object("adminEventsEnabled", true)).expect(204);
    String name = nobody();
    unblock("username", name).expect(200);
    unblock("address", "198.51.100.7").expect(200);
    List<JsonNode> events =
        StreamSupport.stream(
                SERVER
                    .admin()
                    .get("/realms/" + REALM + "/admin-events?max=50")
                    .expect(200)
                    .json()
                    .spliterator(),
                false)
            .filter(event -> event.get("resourceType").asText().equals("LOGIN_LIMIT"))
            .toList();
    assertThat(events)
        .allSatisfy(event -> assertThat(event.get("operationType").asText()).isEqualTo("ACTION"))
        .extracting(event -> event.get("details").toString())
        .anySatisfy(details -> assertThat(details).contains("198.51.100.7", "everywhere"))
        .anySatisfy(details -> assertThat(details).contains(name));
  }

  @Test
  void refusedAttemptsAreCountedByOriginAndTime() {
    String user = SERVER.newUser();
    failAt(user);
    String address = newAddress();
    SERVER.grant(address, user, PASSWORD).expect(429);
    SERVER.grant(address, user, PASSWORD).expect(429);
    JsonNode refusals = SERVER.admin().get(PATH + "/refusals").expect(200).json();
    assertThat(refusals.get("stored").asBoolean()).isTrue();
    JsonNode origin =
        StreamSupport.stream(refusals.get("byOrigin").spliterator(), false)
            .filter(entry -> entry.get("username").asText().equals(user))
            .findFirst()
            .orElseThrow();
    assertThat(origin.get("count").asInt()).isEqualTo(2);
    assertThat(origin.get("address").asText()).isEqualTo(address);
    assertThat(origin.get("reason").asText()).isEqualTo("account");
    assertThat(origin.get("retryAt").asText()).isGreaterThan(origin.get("lastAt").asText());
    long inTime = 0;
    for (JsonNode span : refusals.get("overTime")) {
      inTime += span.get("count").asLong();
    }
    assertThat(inTime).isEqualTo(refusals.get("total").asLong()).isGreaterThanOrEqualTo(2);
  }

  @Test
  void theRolesOfTheCallerDecide() {
    String caller = SERVER.newUser();
    String victim = SERVER.newUser();
    Http.get(SERVER.url() + "/admin" + PATH + "/refusals").expect(401);
    assertThat(as(caller, "GET", "/refusals", null).status()).isEqualTo(403);
    for (String body :
        List.of(
            Json.object("username", victim),
            Json.object("username", nobody()),
            Json.object("address", "198.51.100.8"),
            "{}")) {
      assertThat(as(caller, "POST", "/unblock", body).status()).as(body).isEqualTo(403);
    }
    grantRole(caller, "view-events");
    as(caller, "GET", "/refusals", null).expect(200);
    assertThat(as(caller, "POST", "/unblock", Json.object("username", victim)).status())
        .isEqualTo(403);
    grantRole(caller, "manage-users");
    as(caller, "POST", "/unblock", Json.object("username", victim)).expect(200);
  }

  @Test
  void whatIsNoRequestIsRefused() {
    for (String body :
        List.of(
            "",
            "{",
            "[]",
            "{}",
            Json.object("username", " "),
            Json.object("username", "x".repeat(256)),
            Json.object("username", "a\0b"),
            Json.object("address", "not-an-address"),
            Json.object("address", "10.0.0.0/8"),
            Json.object("username", "a", "address", "10.0.0.1"))) {
      assertThat(SERVER.admin().post(UNBLOCK, body).status()).as(body).isEqualTo(400);
    }
    for (String minutes : List.of("0", "1441", "x", "-5")) {
      SERVER.admin().get(PATH + "/refusals?minutes=" + minutes).expect(400);
    }
  }

  private static Response as(String caller, String method, String path, @Nullable String body) {
    String token = SERVER.grant(newAddress(), caller, PASSWORD).expect(200).text("access_token");
    return Http.send(
        Http.request(SERVER.url() + "/admin" + PATH + path)
            .header("Authorization", "Bearer " + token)
            .header("Content-Type", "application/json")
            .method(
                method,
                body == null
                    ? HttpRequest.BodyPublishers.noBody()
                    : HttpRequest.BodyPublishers.ofString(body)));
  }

  private static void grantRole(String user, String role) {
    String client =
        SERVER
            .admin()
            .get("/realms/" + REALM + "/clients?clientId=realm-management")
            .json()
            .get(0)
            .get("id")
            .asText();
    String found =
        SERVER
            .admin()
            .get("/realms/" + REALM + "/clients/" + client + "/roles/" + role)
            .expect(200)
            .body();
    SERVER
        .admin()
        .post(
            "/realms/"
                + REALM
                + "/users/"
                + SERVER.userId(user)
                + "/role-mappings/clients/"
                + client,
            "[" + found + "]")
        .expect(204);
  }
}
