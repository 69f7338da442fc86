package dev.bulwark.realm.diff;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Compares a running realm with its file and prints each difference. */
@Command(
    name = "diff",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    footer = {"Example:", "  bulwark-realm diff app-realm.json --server https://sso.example.org"},
    description = {
      "Compares a running realm with its file.",
      "Prints each setting that differs, with the value of the file and the value of the server,",
      "and changes nothing.",
      "",
      "Placeholders $${NAME} and $${NAME:default} of the file are replaced from the environment.",
      "A field that the file does not have is not compared. A client, role, flow and the like",
      "that only the server has is a difference, unless Keycloak itself creates it.",
      "Secrets are neither compared nor printed.",
      ""
    },
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {"0:no drift", "1:could not run", "2:drift"})
final class DiffCommand implements Callable<Integer> {

  @Spec
  @SuppressWarnings("NullAway.Init") // set by picocli
  private CommandSpec spec;

  @Parameters(paramLabel = "FILE", description = "The realm's file, such as app-realm.json.")
  @SuppressWarnings("NullAway.Init")
  private Path file;

  @Mixin private final RealmServerOptions server = new RealmServerOptions();

  @Override
  public Integer call() throws IOException {
    JsonNode expected = RealmFile.read(file, System.getenv());
    String realm = server.realm().orElseGet(() -> expected.path("realm").asText());
    JsonNode live = server.export(realm, System.getenv());
    List<Difference> differences = new RealmDiff(realm).compare(expected, live);
    print(spec.commandLine().getOut(), realm, differences);
    return differences.isEmpty() ? RealmCommand.NO_DRIFT : RealmCommand.DRIFT;
  }

  private void print(PrintWriter out, String realm, List<Difference> differences) {
    for (Difference difference : differences) {
      out.println(difference.path());
      out.println("  file: " + difference.file());
      out.println("  live: " + difference.live());
    }
    int count = differences.size();
    out.printf(
        "realm %s: %s%n",
        realm, count == 0 ? "no drift" : count == 1 ? "1 difference" : count + " differences");
  }
}
