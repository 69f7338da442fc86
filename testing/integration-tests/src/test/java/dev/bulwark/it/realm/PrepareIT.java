package dev.bulwark.it.realm;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.bulwark.it.password.Commands;
import dev.bulwark.it.support.AdminApi;
import dev.bulwark.it.support.Json;
import dev.bulwark.it.support.TestStack;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** B8, B14, B15: {@code bulwark-realm prepare} and {@code remove} on a running server. */
class PrepareIT {

  private static final String[] ALL = {
    "--revocation", "--keys", "--limits", "--mails", "--event-log", "--theme"
  };

  private final TestStack stack = TestStack.get();
  private final AdminApi admin = stack.admin();

  @Test
  void whatIsPreparedAndRemovedAgainLeavesNothing() {
    admin.makeRealm(
        Json.of(
            Map.of(
                "realm",
                "prepared",
                "enabled",
                true,
                "attributes",
                Map.of("own", "1"),
                "smtpServer",
                Map.of("host", "localhost", "from", "a@example.org", "password", "x"))));
    JsonNode before = settings("prepared");

    String rehearsed = prepare("prepared", with("--dry-run")).expect(0).output();
    assertThat(settings("prepared")).isEqualTo(before);
    assertThat(action("prepared").isMissingNode()).isTrue();
    String prepared = prepare("prepared", ALL).expect(0).output();
    assertThat(rehearsed).isEqualTo(prepared + "dry run: nothing was changed\n");
    assertThat(prepared.lines()).hasSize(10).allMatch(line -> line.startsWith("prepared: "));
    JsonNode on = settings("prepared");
    assertThat(on.get("eventsListeners"))
        .extracting(JsonNode::asText)
        .containsExactlyInAnyOrder(
            "redis-revocation", "bulwark-notifications", "bulwark-event-log");
    assertThat(on.at("/attributes/loginRateLimiter.enabled").asText()).isEqualTo("true");
    assertThat(on.at("/attributes/own").asText()).isEqualTo("1");
    assertThat(action("prepared").get("enabled").asBoolean()).isTrue();
    assertThat(admin.get("/realms/prepared/api-keys").status()).isEqualTo(200);
    JsonNode link = admin.get("/realms/prepared/clients?clientId=bulwark").json().get(0);
    assertThat(link.get("baseUrl").asText()).isEqualTo("/realms/prepared/overview-admin");
    assertThat(link.get("defaultClientScopes")).isEmpty();
    assertThat(prepare("prepared", ALL).expect(0).output())
        .isEqualTo("prepared: nothing to change\n");

    remove("prepared").expect(0);
    assertThat(settings("prepared")).isEqualTo(before);
    assertThat(action("prepared").get("enabled").asBoolean()).isFalse();
    assertThat(admin.get("/realms/prepared/clients?clientId=bulwark").json()).isEmpty();
    assertThat(remove("prepared").expect(0).output()).isEmpty();
  }

  @Test
  void aClientOfThatNameThatIsSomebodysOwnStays() {
    admin.makeRealm(
        Json.of(
            Map.of(
                "realm",
                "taken",
                "enabled",
                true,
                "clients",
                List.of(Map.of("clientId", "bulwark", "baseUrl", "https://own.example.org")))));
    assertThat(prepare("taken", "--limits").expect(0).output())
        .contains("client bulwark is somebody's own", "/realms/taken/overview-admin");
    remove("taken").expect(0);
    JsonNode client = admin.get("/realms/taken/clients?clientId=bulwark").json().get(0);
    assertThat(client.get("baseUrl").asText()).isEqualTo("https://own.example.org");
  }

  @Test
  void aWrongCallSaysWhatIsWrong() {
    admin.makeRealm(Json.object("realm", "untouched", "enabled", true));
    assertThat(prepare("untouched").expect(1).output()).contains("name a part");
    assertThat(prepare("nowhere", "--limits").expect(1).output())
        .contains("no /admin/realms/nowhere (404)");
    assertThat(
            Commands.realm(
                    Map.of("BULWARK_TOKEN", "wrong"),
                    "remove",
                    "--server",
                    stack.url().toString(),
                    "--realm",
                    "untouched")
                .expect(1)
                .output())
        .contains("rejects the access token (401)");
  }

  /** Without what Keycloak adds to its representation when a realm is saved once. */
  private JsonNode settings(String realm) {
    ObjectNode settings = (ObjectNode) admin.get("/realms/" + realm).expect(200).json();
    settings.properties().removeIf(field -> "".equals(field.getValue().textValue()));
    ((ObjectNode) settings.get("attributes")).retain("own", "loginRateLimiter.enabled");
    List<JsonNode> listeners = new ArrayList<>();
    settings.get("eventsListeners").forEach(listeners::add);
    listeners.sort(Comparator.comparing(JsonNode::asText));
    settings.putArray("eventsListeners").addAll(listeners);
    return settings;
  }

  private JsonNode action(String realm) {
    String path = "/realms/" + realm + "/authentication/required-actions";
    for (JsonNode action : admin.get(path).expect(200).json()) {
      if (action.get("alias").asText().equals("create-api-key")) {
        return action;
      }
    }
    return MissingNode.getInstance();
  }

  private Commands.Result prepare(String realm, String... parts) {
    return run("prepare", realm, parts);
  }

  private Commands.Result remove(String realm) {
    return run("remove", realm);
  }

  private Commands.Result run(String command, String realm, String... more) {
    List<String> arguments =
        new ArrayList<>(List.of(command, "--server", stack.url().toString(), "--realm", realm));
    arguments.addAll(List.of(more));
    return Commands.realm(
        Map.of("BULWARK_TOKEN", AdminApi.token(stack.url())), arguments.toArray(String[]::new));
  }

  private static String[] with(String option) {
    String[] all = Arrays.copyOf(ALL, ALL.length + 1);
    all[ALL.length] = option;
    return all;
  }
}
