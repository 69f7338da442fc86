package dev.bulwark.it.breached;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.bulwark.it.support.OwnServer;
import dev.bulwark.server.process.ServerStartException;
import dev.bulwark.testing.RangeServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * P9: the settings that need a server each; the offline index, built by the packaged command and
 * replaced while in use.
 */
@Tag("full")
class BreachedPasswordSettingsIT {

  private static final String COMMON = "password";
  private static final String RANGE = "0018A45C4D1DEF81644B54AB7F969B88D65:12\r\n";
  private static final String RARE = "Fjordblick 7 Kamele";

  @Test
  void rejectRefusesWhatCannotBeChecked() throws IOException {
    // The demo users' passwords are checked when the realm is imported.
    try (RangeServer range = new RangeServer(RangeServer.body(RANGE));
        PolicyServer server = PolicyServer.start(unreachable(range, "reject"))) {
      range.behave(RangeServer.status(500, "x", "", ""));
      assertThat(server.setPassword("alice", RARE).expect(400).text("error_description"))
          .contains("cannot check right now");
      assertThat(server.setPassword("alice", COMMON).status()).isEqualTo(400);
      assertEvents(server, "reject", "unchecked");
      server.realm().login("alice");
      range.behave(RangeServer.body(RANGE));
      server.setPassword("alice", RARE).expect(204);
    }
  }

  @Test
  void acceptTakesWhatCannotBeChecked() throws IOException {
    try (RangeServer range = new RangeServer(RangeServer.body(RANGE));
        PolicyServer server = PolicyServer.start(unreachable(range, "accept"))) {
      range.behave(RangeServer.body("garbage"));
      server.setPassword("alice", RARE).expect(204);
      server.setPassword("alice", COMMON).expect(204);
      assertEvents(server, "accept", "accepted");
    }
  }

  @Test
  void anIndexOfOnesOwnIsReplacedWhileInUse(@TempDir Path folder) throws IOException {
    String first = "winter in the old harbour";
    String second = "spring in the new harbour";
    Path list = folder.resolve("list.txt");
    Path index = folder.resolve("own.bin");
    Files.writeString(list, first + "\n");
    String[] build = {"build", "--plain", list.toString(), "--out", index.toString()};
    assertThat(IndexTool.run(build)).extracting(IndexTool.Result::exit).isEqualTo(0);
    try (PolicyServer server =
        PolicyServer.start(
            Map.of("offline-index", index.toString(), "offline-check-interval", "1"))) {
      assertThat(server.setPassword("alice", first).status()).isEqualTo(400);
      assertThat(server.setPassword("alice", COMMON).status())
          .as("the shipped list")
          .isEqualTo(400);
      server.setPassword("alice", second).expect(204);
      assertThat(server.unreachableEvents()).as("offline by choice is no outage").isEmpty();

      Files.writeString(list, second + "\n");
      assertThat(IndexTool.run(build).exit()).isZero();
      Awaitility.await()
          .atMost(Duration.ofSeconds(30))
          .until(() -> server.setPassword("alice", second).status() == 400);
      server.setPassword("alice", first).expect(204);

      Files.writeString(list, first + "\n\n");
      IndexTool.Result refused = IndexTool.run(build);
      assertThat(refused.exit()).isEqualTo(2);
      assertThat(refused.output()).contains("line 2: empty line");
      assertThat(server.setPassword("alice", second).status()).isEqualTo(400);
    }
  }

  @Test
  void aBadOptionStopsTheStartWithItsName(@TempDir Path folder) {
    assertStartFails(
        Map.of("unreachable", "shrug"), "unreachable", "offline-list, reject or accept");
    assertStartFails(
        Map.of("offline-index", folder.resolve("missing.bin").toString()),
        "offline-index",
        "missing.bin");
  }

  private static void assertStartFails(
      Map<String, String> options, String option, String explanation) {
    assertThatThrownBy(() -> OwnServer.start(PolicyServer.spec(options)).close())
        .isInstanceOf(ServerStartException.class)
        .hasMessageContaining("spi-password-policy--breached-password--" + option)
        .hasMessageContaining(explanation);
  }

  private static void assertEvents(PolicyServer server, String policy, String outcome) {
    assertThat(server.unreachableEvents()).hasSize(2);
    for (JsonNode details : server.unreachableEvents()) {
      assertThat(details.get("breached_password_unreachable_policy").asText()).isEqualTo(policy);
      assertThat(details.get("breached_password_source").asText()).isEqualTo("none");
      assertThat(details.get("breached_password_outcome").asText()).isEqualTo(outcome);
    }
  }

  private static Map<String, String> unreachable(RangeServer range, String policy) {
    return Map.of(
        "online",
        "true",
        "url",
        range.url().toString(),
        "unreachable",
        policy,
        "breaker-failures",
        "1000",
        "request-timeout",
        "10000");
  }
}
