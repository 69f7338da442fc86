package dev.bulwark.realm.diff;

import dev.bulwark.http.command.CommandRun;
import dev.bulwark.realm.parts.PrepareCommand;
import dev.bulwark.realm.parts.RemoveCommand;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The command {@code bulwark-realm}; the work is done by its subcommands. */
@Command(
    name = "bulwark-realm",
    mixinStandardHelpOptions = true,
    description = {"Works on realms of Keycloak, and on their files."},
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {"0:done", "1:could not run", "2:drift, or something is left to do by hand"})
public final class RealmCommand implements Runnable {

  static final int NO_DRIFT = 0;
  static final int DRIFT = 2;

  @Spec
  @SuppressWarnings("NullAway.Init") // set by picocli
  private CommandSpec spec;

  private RealmCommand() {}

  /** Runs the command and ends the process with its exit code. */
  public static void main(String[] args) {
    PrintWriter out = new PrintWriter(System.out, true, StandardCharsets.UTF_8);
    PrintWriter err = new PrintWriter(System.err, true, StandardCharsets.UTF_8);
    System.exit(run(out, err, args));
  }

  static int run(PrintWriter out, PrintWriter err, String... args) {
    return CommandRun.run(
        new CommandLine(new RealmCommand())
            .addSubcommand(new DiffCommand())
            .addSubcommand(new PrepareCommand())
            .addSubcommand(new RemoveCommand()),
        out,
        err,
        args);
  }

  @Override
  public void run() {
    throw new ParameterException(
        spec.commandLine(), "a subcommand is required: diff, prepare or remove");
  }
}
