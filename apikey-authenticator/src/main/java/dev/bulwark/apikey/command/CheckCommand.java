package dev.bulwark.apikey.command;

import dev.bulwark.apikey.bulk.RowLines;
import dev.bulwark.apikey.key.secret.ApiKeyFormat;
import dev.bulwark.apikey.key.secret.KeyScanner;
import dev.bulwark.http.command.CommandException;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Tells well-formed keys from look-alikes, by form and checksum alone; asks no server. */
@Command(
    name = "check",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    footer = {"Example:", "  bulwark-apikeys check --scan < build.log"},
    description = {
      "Tells a well-formed key from a look-alike, by its form and checksum alone.",
      "",
      "Without --scan each line is one key: exit 0 if all are well-formed, 2 if not.",
      "With --scan lines are any text: exit 0 if no key is in it, 2 if there is one.",
      "No more is printed of a key than its prefix and six characters.",
      ""
    })
final class CheckCommand implements Callable<Integer> {

  /** In bytes; minified sources have long lines. */
  private static final int MAX_SCANNED_LINE = 16 * 1024 * 1024;

  private final InputStream standard;

  @Spec
  @SuppressWarnings("NullAway.Init") // set by picocli
  private CommandSpec spec;

  @Parameters(
      paramLabel = "FILE",
      arity = "0..*",
      description = "Files to read; standard input if there is none, or for -.")
  private List<Path> files = List.of();

  @Option(
      names = "--prefix",
      paramLabel = "TEXT",
      description = "Prefix of the realm's keys (default: ${DEFAULT-VALUE}).")
  private String prefix = ApiKeyFormat.DEFAULT_PREFIX;

  @Option(names = "--scan", description = "Look for keys within the text.")
  private boolean scan;

  @Option(
      names = "--allow-unchecked",
      description = "Keys of the earlier form without a checksum are well-formed too.")
  private boolean allowUnchecked;

  private int bad;
  private int good;

  CheckCommand(InputStream standard) {
    this.standard = standard;
  }

  @Override
  public Integer call() throws IOException {
    if (!ApiKeyFormat.isPrefix(prefix)) {
      throw new ParameterException(
          spec.commandLine(),
          "--prefix must be 2 to 16 lower-case letters and digits, a letter first");
    }
    if (files.isEmpty()) {
      read(null);
    }
    for (Path file : files) {
      read(file);
    }
    if (scan) {
      return good > 0 ? ApiKeysCommand.FOUND : ApiKeysCommand.OK;
    }
    if (good + bad == 0) {
      throw new CommandException("there is no line to check");
    }
    return bad > 0 ? ApiKeysCommand.FOUND : ApiKeysCommand.OK;
  }

  private void read(@Nullable Path file) throws IOException {
    try (InputStream in = Input.open(file, standard)) {
      // Any text may be scanned; keys are ASCII, which Latin-1 leaves as it is.
      RowLines lines =
          scan ? new RowLines(in, MAX_SCANNED_LINE, StandardCharsets.ISO_8859_1) : new RowLines(in);
      for (RowLines.Line line = lines.next(); line != null; line = lines.next()) {
        String place = Input.name(file) + ":" + line.number();
        String text = line.text();
        if (text == null) {
          unread(place);
        } else if (scan) {
          scan(place, text);
        } else {
          check(place, text.strip());
        }
      }
    }
  }

  /** What cannot be read may contain a key. */
  private void unread(String place) {
    if (scan) {
      throw new CommandException(
          place + " is longer than " + MAX_SCANNED_LINE + " bytes: it cannot be scanned");
    }
    bad++;
    out().println(place + ": not a key: too long, or not UTF-8");
  }

  private void scan(String place, String text) {
    for (KeyScanner.Find find : new KeyScanner(prefix).scan(text)) {
      if (find.wellFormed()) {
        good++;
        out().println(place + ":" + find.column() + ": key " + find.visible() + "...");
      }
    }
  }

  private void check(String place, String key) {
    ApiKeyFormat.Kind kind = ApiKeyFormat.classify(key, prefix);
    boolean fine =
        kind == ApiKeyFormat.Kind.CHECKED
            || (kind == ApiKeyFormat.Kind.UNCHECKED && allowUnchecked);
    if (fine) {
      good++;
    } else {
      bad++;
    }
    out().println(place + ": " + describe(kind, key));
  }

  private static String describe(ApiKeyFormat.Kind kind, String key) {
    return switch (kind) {
      case CHECKED -> "well-formed: " + ApiKeyFormat.visiblePart(key) + "...";
      case UNCHECKED ->
          "of the earlier form, without a checksum: " + ApiKeyFormat.visiblePart(key) + "...";
      case BAD_CHECKSUM ->
          "look-alike, its checksum is wrong: " + ApiKeyFormat.visiblePart(key) + "...";
      case FOREIGN, ODD_LENGTH -> "not of this form: a key of another application, or none";
      case MALFORMED -> "not a key";
    };
  }

  private PrintWriter out() {
    return spec.commandLine().getOut();
  }
}
