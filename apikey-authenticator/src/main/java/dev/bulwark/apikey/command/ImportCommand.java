package dev.bulwark.apikey.command;

import com.fasterxml.jackson.databind.JsonNode;
import dev.bulwark.apikey.bulk.ImportRow;
import dev.bulwark.apikey.bulk.RejectedRowException;
import dev.bulwark.apikey.bulk.RowLines;
import dev.bulwark.http.command.CommandException;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Sends keys of another application to a running server, some rows at a time. */
@Command(
    name = "import",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    footer = {
      "Example:",
      "  bulwark-apikeys import keys.jsonl --server https://sso.example.org --realm app"
    },
    description = {
      "Imports keys of another application, known by their SHA-256, into a running server.",
      "",
      "Each line is a JSON object: username, clientId or owner {type,id}; hash; and optionally",
      "name, prefix, scopes [], expiresAt, active, createdAt, rateLimit, allowedNetworks [],",
      "metadata. Each rejected row is printed with its line.",
      "Running it again is safe.",
      ""
    })
final class ImportCommand implements Callable<Integer> {

  private static final int MAX_BATCH = 10_000;

  /** Keycloak takes bodies of 10 MB. */
  private static final int MAX_BYTES = 8_000_000;

  private final InputStream standard;

  @Spec
  @SuppressWarnings("NullAway.Init") // set by picocli
  private CommandSpec spec;

  @Mixin private final KeyServerOptions server = new KeyServerOptions();

  @Parameters(
      paramLabel = "FILE",
      arity = "0..1",
      description = "The rows; standard input if there is none, or for -.")
  private @Nullable Path file;

  @Option(
      names = "--rows-per-request",
      paramLabel = "N",
      description = "1 to 10000 (default: ${DEFAULT-VALUE}).")
  private int batchSize = 1_000;

  @Option(names = "--dry-run", description = "Check the form of every row, send nothing.")
  private boolean dryRun;

  private int rows;
  private int created;
  private int unchanged;
  private int rejected;

  ImportCommand(InputStream standard) {
    this.standard = standard;
  }

  @Override
  public Integer call() throws IOException {
    if (batchSize < 1 || batchSize > MAX_BATCH) {
      throw new ParameterException(
          spec.commandLine(), "--rows-per-request is not within 1 to " + MAX_BATCH);
    }
    AdminConnection connection = dryRun ? null : server.connect(System.getenv());
    try (InputStream in = Input.open(file, standard)) {
      read(new RowLines(in), connection);
    } finally {
      report();
    }
    return rejected == 0 ? ApiKeysCommand.OK : ApiKeysCommand.FOUND;
  }

  private void read(RowLines lines, @Nullable AdminConnection connection) throws IOException {
    List<RowLines.Line> batch = new ArrayList<>();
    int bytes = 0;
    for (RowLines.Line line = lines.next(); line != null; line = lines.next()) {
      rows++;
      if (!isReadable(line)) {
        continue;
      }
      batch.add(line);
      bytes += 4 * String.valueOf(line.text()).length();
      if (batch.size() == batchSize || bytes > MAX_BYTES) {
        send(batch, connection);
        batch.clear();
        bytes = 0;
      }
    }
    send(batch, connection);
  }

  private boolean isReadable(RowLines.Line line) {
    String text = line.text();
    if (text == null) {
      reject(line.number(), "longer than " + RowLines.MAX_LINE + " bytes, or not UTF-8");
      return false;
    }
    try {
      ImportRow.parse(text);
      return true;
    } catch (RejectedRowException e) {
      reject(line.number(), e.detail());
      return false;
    }
  }

  private void send(List<RowLines.Line> batch, @Nullable AdminConnection connection)
      throws IOException {
    if (batch.isEmpty() || connection == null) {
      return;
    }
    StringBuilder body = new StringBuilder();
    for (RowLines.Line line : batch) {
      body.append(String.valueOf(line.text()).strip()).append('\n');
    }
    try {
      count(connection.post("import", "application/x-ndjson", body.toString()), batch);
    } catch (CommandException e) {
      // An import that the server has stopped has a report of the rows until then.
      count(e.answer().path("report"), batch);
      throw e;
    }
  }

  private void count(JsonNode report, List<RowLines.Line> batch) {
    created += report.path("created").asInt();
    unchanged += report.path("unchanged").asInt();
    for (JsonNode error : report.path("errors")) {
      // The server counts the lines of this request.
      int sent = error.path("row").asInt();
      int line = sent >= 1 && sent <= batch.size() ? batch.get(sent - 1).number() : 0;
      reject(line, error.path("detail").asText());
    }
  }

  private void reject(int line, String why) {
    rejected++;
    spec.commandLine().getErr().println("line " + line + ": " + why);
  }

  private void report() {
    PrintWriter out = spec.commandLine().getOut();
    if (dryRun) {
      out.printf(
          "%d rows: %d of the right form, %d refused%ndry run: nothing sent%n",
          rows, rows - rejected, rejected);
    } else {
      out.printf(
          "%d rows: %d created, %d unchanged, %d refused%n", rows, created, unchanged, rejected);
    }
  }
}
