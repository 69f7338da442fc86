package dev.bulwark.it.events;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.bulwark.it.support.Realm;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** B12: the event log has fields in place of an escaped string. */
@Tag("full")
class EventLogIT {

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String FILE = "spi-events-listener--bulwark-event-log--file";

  @TempDir private static Path folder;

  private static Path file;
  private static EventServer server;

  @BeforeAll
  static void start() {
    file = folder.resolve("events.json");
    server = EventServer.start("event-log", spec -> spec.option(FILE, file.toString()));
  }

  @AfterAll
  static void end() {
    if (server != null) {
      server.close();
    }
  }

  /** Committed, and so written, before the answer. */
  @Test
  void eachEventIsALineWithFields() throws IOException {
    String user = server.user("ann-of-the-log");
    Realm realm = server.realm();
    realm.login("ann-of-the-log").expect(200);
    realm.login("ann-of-the-log", "wrong", "openid");

    List<JsonNode> lines = lines(file);
    assertThat(lines)
        .filteredOn(line -> line.at("/user/id").asText().equals(user))
        .extracting(
            line -> line.at("/event/action").asText() + " " + line.at("/event/outcome").asText())
        .containsExactly("login success", "login failure");
    assertThat(lines)
        .filteredOn(line -> line.at("/user/target/id").asText().equals(user))
        .extracting(line -> line.at("/event/action").asText())
        .contains("user.create");
    assertThat(Files.readString(file)).doesNotContain(Realm.PASSWORD, "wrong\"");
  }

  @Test
  void aRealmThatNamesTheWebhookWithoutAReceiverIsWarnedOfOnce() {
    server.user("ben-of-the-log");
    server.user("cyn-of-the-log");
    assertThat(server.keycloak().log().lines())
        .filteredOn(line -> line.contains("no receiver is configured"))
        .hasSize(1);
  }

  @Test
  void standardOutputHasTheLinesToo() throws IOException {
    try (EventServer other = EventServer.start("event-log-stdout", spec -> spec)) {
      String user = other.user("dan-of-the-log");
      other.realm().login("dan-of-the-log").expect(200);
      List<JsonNode> events = new ArrayList<>();
      for (String line : other.keycloak().log().lines().toList()) {
        if (line.startsWith("{\"@timestamp\":")) {
          events.add(JSON.readTree(line));
        }
      }
      assertThat(events)
          .filteredOn(event -> event.at("/user/id").asText().equals(user))
          .extracting(event -> event.at("/event/action").asText())
          .containsExactly("login");
    }
  }

  private static List<JsonNode> lines(Path file) throws IOException {
    List<JsonNode> lines = new ArrayList<>();
    for (String line : Files.readAllLines(file)) {
      lines.add(JSON.readTree(line));
    }
    return lines;
  }
}
