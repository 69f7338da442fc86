package dev.bulwark.http.command;

import java.io.PrintWriter;
import java.nio.file.NoSuchFileException;
import picocli.CommandLine;

/** How a command ends that cannot do its work: with one line, and exit code 1. */
public final class CommandRun {

  /** The exit code. */
  public static final int COULD_NOT_RUN = 1;

  private CommandRun() {}

  /** Runs a command and returns its exit code. */
  public static int run(CommandLine line, PrintWriter out, PrintWriter err, String... args) {
    String prefix = line.getCommandName() + ": ";
    return line.setOut(out)
        .setErr(err)
        .setExecutionExceptionHandler(
            (e, command, result) -> {
              command.getErr().println(prefix + describe(e));
              return COULD_NOT_RUN;
            })
        .setParameterExceptionHandler(
            (e, ignored) -> {
              e.getCommandLine().getErr().println(prefix + e.getMessage());
              e.getCommandLine().usage(e.getCommandLine().getErr());
              return COULD_NOT_RUN;
            })
        .execute(args);
  }

  private static String describe(Exception e) {
    if (e instanceof NoSuchFileException) {
      return "no such file: " + e.getMessage();
    }
    return e instanceof CommandException ? String.valueOf(e.getMessage()) : e.toString();
  }
}
