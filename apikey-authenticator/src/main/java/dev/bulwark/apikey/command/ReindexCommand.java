package dev.bulwark.apikey.command;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** Has a running server bring its index of users' keys in step with their credentials. */
@Command(
    name = "reindex",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    footer = {"Example:", "  bulwark-apikeys reindex --server https://sso.example.org --realm app"},
    description = {
      "Brings the index of users' keys in step with their credentials.",
      "After an import with federatedUsers, or whatever else has written credentials past the",
      "server. Running it again is safe.",
      ""
    })
final class ReindexCommand implements Callable<Integer> {

  @Spec
  @SuppressWarnings("NullAway.Init") // set by picocli
  private CommandSpec spec;

  @Mixin private final KeyServerOptions server = new KeyServerOptions();

  @Override
  public Integer call() throws IOException {
    AdminConnection connection = server.connect(System.getenv());
    PrintWriter out = spec.commandLine().getOut();
    PrintWriter err = spec.commandLine().getErr();
    long scanned = 0;
    long added = 0;
    long corrected = 0;
    long removed = 0;
    long bad = 0;
    String cursor = "";
    do {
      JsonNode answer =
          connection.post(
              "reindex?cursor=" + URLEncoder.encode(cursor, StandardCharsets.UTF_8),
              "application/json",
              "");
      scanned += answer.path("scanned").asLong();
      added += answer.path("added").asLong();
      corrected += answer.path("corrected").asLong();
      removed += answer.path("removed").asLong();
      for (JsonNode id : answer.path("conflicts")) {
        bad++;
        err.println("credential " + id.asText() + ": another key has the same hash");
      }
      for (JsonNode id : answer.path("unreadable")) {
        bad++;
        err.println("credential " + id.asText() + ": not that of a key");
      }
      cursor = answer.path("next").asText("");
      if (cursor.equals("null")) {
        cursor = "";
      }
    } while (!cursor.isEmpty());
    out.printf(
        "%d looked at: %d added, %d corrected, %d removed, %d left out%n",
        scanned, added, corrected, removed, bad);
    return bad == 0 ? ApiKeysCommand.OK : ApiKeysCommand.FOUND;
  }
}
