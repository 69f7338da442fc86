package dev.bulwark.apikey.command;

import dev.bulwark.http.command.CommandRun;
import java.io.InputStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The command {@code bulwark-apikeys}; without a subcommand it tells how it is used. */
@Command(
    name = "bulwark-apikeys",
    mixinStandardHelpOptions = true,
    description = {"Works on API keys of Bulwark for Keycloak."},
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:all is well",
      "1:could not run",
      "2:something was found that is not: a look-alike, a leaked key, a rejected row, a conflict"
    })
public final class ApiKeysCommand implements Runnable {

  static final int OK = 0;
  static final int FOUND = 2;

  @Spec
  @SuppressWarnings("NullAway.Init") // set by picocli
  private CommandSpec spec;

  private ApiKeysCommand() {}

  /** Runs the command and ends the process with its exit code. */
  public static void main(String[] args) {
    PrintWriter out = new PrintWriter(System.out, true, StandardCharsets.UTF_8);
    PrintWriter err = new PrintWriter(System.err, true, StandardCharsets.UTF_8);
    System.exit(run(System.in, out, err, args));
  }

  static int run(InputStream in, PrintWriter out, PrintWriter err, String... args) {
    return CommandRun.run(
        new CommandLine(new ApiKeysCommand())
            .addSubcommand(new CheckCommand(in))
            .addSubcommand(new ImportCommand(in))
            .addSubcommand(new ReindexCommand()),
        out,
        err,
        args);
  }

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "check, import or reindex is needed");
  }
}
