package dev.bulwark.it.importing;

import dev.bulwark.it.password.Commands;
import dev.bulwark.it.support.ShellBlock;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * The files that {@code docs/ci.md} makes of the shipped realm for other tools, by its commands.
 */
final class ConfigCliFiles {

  private static final List<String> COMMANDS =
      ShellBlock.of("docs/ci.md", "keycloak-config-cli").commands().lines().toList();

  private static final String OWN_FLOWS = COMMANDS.get(0);
  private static final String CONFIG_CLI = COMMANDS.get(1);

  private ConfigCliFiles() {}

  /** The realm with flows of its own. */
  static Path ownFlows(Path folder) {
    run(folder, OWN_FLOWS);
    return folder.resolve("app-realm-own-flows.json");
  }

  /** The same for keycloak-config-cli. */
  static Path configCli(Path folder) {
    ownFlows(folder);
    run(folder, CONFIG_CLI);
    return folder.resolve("app-realm-config-cli.json");
  }

  /** The realm with its own built-in flows, for keycloak-config-cli. */
  static Path configCliOfTheShippedFile(Path folder) {
    run(folder, CONFIG_CLI.replace("app-realm-own-flows.json", "realm-config/app-realm.json"));
    return folder.resolve("app-realm-config-cli.json");
  }

  /** The commands name files of the folder that they are run in, and of the repository. */
  private static void run(Path folder, String command) {
    Commands.bash(
            Recipe.ROOT,
            Map.of("OUT", folder.toString()),
            command
                .replace(" app-realm-", " \"$OUT\"/app-realm-")
                .replace(">app-realm-", ">\"$OUT\"/app-realm-"))
        .expect(0);
  }
}
