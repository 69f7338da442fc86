package dev.bulwark.breached.index;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/**
 * The command {@code bulwark-breached-index}: builds, checks and queries offline indexes.
 *
 * <p>Exit codes: 0 done; 2 some lines were refused (build), or the password is in the index
 * (lookup); 1 could not run.
 */
@Command(
    name = "bulwark-breached-index",
    description = "Offline indexes of breached passwords for the policy 'breachedPassword'.",
    mixinStandardHelpOptions = true,
    subcommands = {IndexCommand.Build.class, IndexCommand.Verify.class, IndexCommand.Lookup.class})
public final class IndexCommand {

  static final int OK = 0;
  static final int COULD_NOT_RUN = 1;
  static final int SOME_REJECTED = 2;

  private IndexCommand() {}

  /** Runs the command and ends the process with its exit code. */
  public static void main(String[] args) {
    PrintWriter out = new PrintWriter(System.out, true, StandardCharsets.UTF_8);
    PrintWriter err = new PrintWriter(System.err, true, StandardCharsets.UTF_8);
    System.exit(run(out, err, args));
  }

  static int run(PrintWriter out, PrintWriter err, String... args) {
    return new CommandLine(new IndexCommand())
        .setOut(out)
        .setErr(err)
        .setCaseInsensitiveEnumValuesAllowed(true)
        .setExecutionExceptionHandler(
            (e, command, result) -> {
              command.getErr().println("bulwark-breached-index: " + e.getMessage());
              return COULD_NOT_RUN;
            })
        .setParameterExceptionHandler(
            (e, ignored) -> {
              e.getCommandLine().getErr().println(e.getMessage());
              e.getCommandLine().usage(e.getCommandLine().getErr());
              return COULD_NOT_RUN;
            })
        .execute(args);
  }

  @Command(
      name = "build",
      mixinStandardHelpOptions = true,
      description = {
        "Builds an index in bounded memory.",
        "Every line that cannot be read is told with its number; then no index is written, unless",
        "--skip-refused is given.",
        ""
      },
      footer = {"Example:", "  bulwark-breached-index build --plain words.txt --out words.bin"})
  static final class Build implements Callable<Integer> {

    private static final int MAX_LISTED = 100;
    private static final long PROGRESS_EVERY = 5_000_000;

    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli
    CommandSpec spec;

    @ArgGroup(multiplicity = "1")
    @SuppressWarnings("NullAway.Init")
    Source source;

    @Option(names = "--out", required = true, paramLabel = "FILE", description = "The index.")
    @SuppressWarnings("NullAway.Init")
    Path target;

    @Option(
        names = "--min-count",
        paramLabel = "N",
        defaultValue = "1",
        description = "Leave out HIBP hashes seen less often (default ${DEFAULT-VALUE}).")
    long minCount;

    @Option(
        names = "--memory",
        paramLabel = "MIB",
        defaultValue = "64",
        description = "Memory for sorting, 1 to 1024 MiB (default ${DEFAULT-VALUE}).")
    int memoryMib;

    @Option(
        names = "--temp-dir",
        paramLabel = "DIR",
        description =
            "For temporary files of up to 22 bytes a hash (default: the folder of --out).")
    @Nullable Path temporary;

    @Option(
        names = "--skip-refused",
        description =
            "Write the index although lines were refused; the exit code is 2 all the same.")
    boolean skipRefused;

    static final class Source {
      @Option(
          names = "--hibp",
          required = true,
          paramLabel = "FILE",
          description = "Lines of SHA1HEX:COUNT in any order ('-': standard input).")
      @Nullable Path hibp;

      @Option(
          names = "--plain",
          required = true,
          paramLabel = "FILE",
          description = "One password a line, UTF-8 ('-': standard input).")
      @Nullable Path plain;
    }

    @Override
    public Integer call() throws IOException {
      PrintWriter out = spec.commandLine().getOut();
      PrintWriter err = spec.commandLine().getErr();
      if (minCount < 1) {
        throw new IllegalArgumentException("--min-count must be at least 1: " + minCount);
      }
      ListFormat format = source.hibp != null ? ListFormat.HIBP : ListFormat.PLAIN;
      Path input = source.hibp != null ? source.hibp : source.plain;
      if (input == null) {
        throw new IllegalStateException("picocli lets exactly one source through");
      }
      Path folder = temporary != null ? temporary : target.toAbsolutePath().getParent();
      if (folder == null || !Files.isDirectory(folder)) {
        throw new IOException("no such folder: " + folder);
      }
      long refused = 0;
      long below = 0;
      try (InputStream in = input.toString().equals("-") ? System.in : Files.newInputStream(input);
          IndexBuilder builder = new IndexBuilder(folder, memoryMib)) {
        LineReader lines = new LineReader(in);
        byte[] sha1 = new byte[IndexFormat.HASH_BYTES];
        while (lines.next()) {
          try {
            if (lines.tooLong()) {
              throw new ListFormat.LineException(
                  "longer than " + LineReader.MAX_LINE_BYTES + " bytes");
            }
            long count = format.parse(lines.bytes(), lines.length(), sha1);
            if (count < minCount) {
              below++;
            } else {
              builder.add(sha1, count);
            }
          } catch (ListFormat.LineException e) {
            if (++refused <= MAX_LISTED) {
              err.println("line " + lines.number() + ": " + e.getMessage());
            }
          }
          if (lines.number() % PROGRESS_EVERY == 0) {
            err.println(lines.number() + " lines read");
          }
        }
        if (refused > MAX_LISTED) {
          err.println("… and " + (refused - MAX_LISTED) + " more");
        }
        out.printf(
            "%d lines read, %d refused, %d below --min-count%n", lines.number(), refused, below);
        if (refused > 0 && !skipRefused) {
          out.println("no index written");
          return SOME_REJECTED;
        }
        IndexBuilder.Summary summary = builder.writeTo(target);
        out.printf(
            "%d hashes in %s (%d bytes), %d duplicates merged%n",
            summary.entries(), target, summary.bytes(), summary.duplicates());
      }
      return refused > 0 ? SOME_REJECTED : OK;
    }
  }

  @Command(
      name = "verify",
      mixinStandardHelpOptions = true,
      description = {"Reads an index whole: checksum, order, counts.", ""},
      footer = {"Example:", "  bulwark-breached-index verify words.bin"})
  static final class Verify implements Callable<Integer> {

    @Spec
    @SuppressWarnings("NullAway.Init")
    CommandSpec spec;

    @Parameters(paramLabel = "FILE", description = "The index.")
    @SuppressWarnings("NullAway.Init")
    Path file;

    @Override
    public Integer call() throws IOException {
      PasswordIndex index = PasswordIndex.open(file);
      index.verify();
      spec.commandLine().getOut().println(index.size() + " hashes, sound");
      return OK;
    }
  }

  @Command(
      name = "lookup",
      mixinStandardHelpOptions = true,
      footer = {"Example:", "  bulwark-breached-index lookup words.bin"},
      description = {
        "Looks up one password, read from standard input (up to its first line end), never from the command line.",
        "Exit code 0: not in the index; 2: in it."
      })
  static final class Lookup implements Callable<Integer> {

    @Spec
    @SuppressWarnings("NullAway.Init")
    CommandSpec spec;

    @Parameters(paramLabel = "FILE", description = "The index.")
    @SuppressWarnings("NullAway.Init")
    Path file;

    @Override
    public Integer call() throws IOException, NoSuchAlgorithmException {
      PasswordIndex index = PasswordIndex.open(file);
      String password =
          new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8)).readLine();
      if (password == null) {
        throw new IOException("no password on standard input");
      }
      int count =
          index.count(
              MessageDigest.getInstance("SHA-1").digest(password.getBytes(StandardCharsets.UTF_8)));
      spec.commandLine()
          .getOut()
          .println(
              count == 0
                  ? "not in the index"
                  : count == IndexFormat.MAX_COUNT
                      ? "in the index, " + count + " times or more"
                      : "in the index, " + count + " times");
      return count == 0 ? OK : SOME_REJECTED;
    }
  }
}
