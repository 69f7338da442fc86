package dev.bulwark.realm.parts;

import com.fasterxml.jackson.databind.JsonNode;
import dev.bulwark.http.command.CommandException;
import dev.bulwark.http.command.CommandRun;
import dev.bulwark.http.command.KeycloakClient;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Takes the bundle out of realms. */
@Command(
    name = "remove",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = {
      "Takes the bundle out of realms.",
      "Run it before you take the jar out of the server. What you have to do yourself",
      "is printed with \"by hand\".",
      ""
    },
    footer = {
      "Example:",
      "  bulwark-realm remove --server https://sso.example.org --all-realms --dry-run"
    },
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:done",
      "1:could not run in every realm",
      "2:something is left to do by hand"
    })
public final class RemoveCommand implements Callable<Integer> {

  private static final String MASTER = "master";
  private static final int BY_HAND = 2;

  @Spec
  @SuppressWarnings("NullAway.Init") // set by picocli
  private CommandSpec spec;

  @Mixin private final AdminOptions server = new AdminOptions();

  @ArgGroup(multiplicity = "1")
  @SuppressWarnings("NullAway.Init")
  private Which which;

  /** One realm, or all. */
  static final class Which {

    @Option(names = "--realm", paramLabel = "NAME", required = true, description = "The realm.")
    private @Nullable String realm;

    @Option(
        names = "--all-realms",
        required = true,
        description = "All realms of the server, as an administrator of master.")
    private boolean all;
  }

  @Override
  public Integer call() throws IOException {
    String own = which.realm == null ? MASTER : which.realm;
    KeycloakClient client = server.connect(own);
    PrintWriter out = spec.commandLine().getOut();
    int left = 0;
    boolean failed = false;
    for (String realm : which.all ? all(client) : List.of(own)) {
      try {
        RealmAdmin admin = new RealmAdmin(client, realm);
        left += new RealmRemoval(admin, server.isDryRun(), out::println).run();
      } catch (CommandException e) {
        failed = true;
        spec.commandLine().getErr().println(realm + ": " + e.getMessage());
      }
    }
    if (server.isDryRun()) {
      out.println("dry run: nothing was changed");
    }
    if (failed) {
      return CommandRun.COULD_NOT_RUN;
    }
    return left == 0 ? 0 : BY_HAND;
  }

  private static List<String> all(KeycloakClient client) throws IOException {
    List<String> realms = new ArrayList<>();
    String path = "/admin/realms?briefRepresentation=true";
    for (JsonNode realm : RealmAdmin.call(client, "GET", path, null)) {
      realms.add(realm.path("realm").asText());
    }
    return realms;
  }
}
