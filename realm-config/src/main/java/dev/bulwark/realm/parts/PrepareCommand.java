package dev.bulwark.realm.parts;

import dev.bulwark.http.command.CommandException;
import dev.bulwark.http.command.KeycloakClient;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.EnumSet;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Switches parts on in a realm. */
@Command(
    name = "prepare",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = {
      "Switches parts of the bundle on in a realm.",
      "What is on is left alone, so the command can be repeated.",
      ""
    },
    footer = {
      "Example:",
      "  bulwark-realm prepare --server https://sso.example.org --realm acme --keys"
    },
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {"0:done", "1:could not run"})
public final class PrepareCommand implements Callable<Integer> {

  @Spec
  @SuppressWarnings("NullAway.Init") // set by picocli
  private CommandSpec spec;

  @Mixin private final AdminOptions server = new AdminOptions();

  @Option(names = "--realm", paramLabel = "NAME", required = true, description = "The realm.")
  @SuppressWarnings("NullAway.Init")
  private String realm;

  @Option(
      names = "--revocation",
      description = "Ended tokens are told to applications: event listener redis-revocation.")
  private boolean revocation;

  @Option(names = "--keys", description = "API keys: required action create-api-key.")
  private boolean keys;

  @Option(
      names = "--limits",
      description = "Login limits and known devices: attribute loginRateLimiter.enabled.")
  private boolean limits;

  @Option(
      names = "--mails",
      description = "Mails about the account: event listener bulwark-notifications.")
  private boolean mails;

  @Option(
      names = "--event-log",
      description = "Events as JSON: listener bulwark-event-log in place of jboss-logging.")
  private boolean eventLog;

  @Option(names = "--theme", description = "The themes bulwark for login, account and mails.")
  private boolean theme;

  @Override
  public Integer call() throws IOException {
    Set<Part> parts = parts();
    if (parts.isEmpty()) {
      throw new CommandException("name a part, such as --revocation");
    }
    KeycloakClient client = server.connect(realm);
    RealmPreparation.require(parts, RealmAdmin.call(client, "GET", "/admin/serverinfo", null));
    PrintWriter out = spec.commandLine().getOut();
    new RealmPreparation(new RealmAdmin(client, realm), server.isDryRun(), out::println).run(parts);
    if (server.isDryRun()) {
      out.println("dry run: nothing was changed");
    }
    return 0;
  }

  private Set<Part> parts() {
    Set<Part> parts = EnumSet.noneOf(Part.class);
    add(parts, Part.REVOCATION, revocation);
    add(parts, Part.KEYS, keys);
    add(parts, Part.LIMITS, limits);
    add(parts, Part.MAILS, mails);
    add(parts, Part.EVENT_LOG, eventLog);
    add(parts, Part.THEME, theme);
    return parts;
  }

  private static void add(Set<Part> parts, Part part, boolean wanted) {
    if (wanted) {
      parts.add(part);
    }
  }
}
