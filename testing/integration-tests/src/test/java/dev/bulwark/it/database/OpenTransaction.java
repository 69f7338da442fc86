package dev.bulwark.it.database;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.OutputStreamWriter;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** A transaction that stays open with its locks until it is closed, which rolls it back. */
public final class OpenTransaction implements AutoCloseable {

  private static final String READY = "the locks are held";

  private final Process process;
  private final Writer input;
  private final BufferedReader output;

  private OpenTransaction(Process process) {
    this.process = process;
    this.output = process.inputReader(StandardCharsets.UTF_8);
    this.input = new OutputStreamWriter(process.getOutputStream(), StandardCharsets.UTF_8);
  }

  /**
   * Starts a client of the database and returns when it has executed the statements.
   *
   * @param client {@code psql} or {@code mariadb}, without decoration of what it prints
   */
  static OpenTransaction begin(List<String> client, String statements) {
    try {
      OpenTransaction transaction =
          new OpenTransaction(new ProcessBuilder(client).redirectErrorStream(true).start());
      transaction.execute("BEGIN;\n" + statements);
      return transaction;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * Executes further statements and returns when that is done.
   *
   * @throws IllegalStateException if one fails, as the victim of a deadlock does
   */
  public void execute(String statements) {
    try {
      write(statements + ";\nSELECT '" + READY + "';\n");
      StringBuilder said = new StringBuilder();
      String line = output.readLine();
      while (!READY.equals(line)) {
        if (line == null) {
          throw new IllegalStateException(
              "The client ended before it had executed " + statements + ":\n" + said);
        }
        said.append(line).append('\n');
        line = output.readLine();
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void write(String text) throws IOException {
    input.write(text);
    input.flush();
  }

  @Override
  public void close() {
    try {
      if (process.isAlive()) {
        write("ROLLBACK;\n\\q\n");
      }
      process.waitFor();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      process.destroyForcibly();
    }
  }
}
