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

  private OpenTransaction(Process process) {
    this.process = process;
    this.input = new OutputStreamWriter(process.getOutputStream(), StandardCharsets.UTF_8);
  }

  /** Starts {@code psql} and returns when it has executed the statements. */
  static OpenTransaction begin(List<String> psql, String statements) {
    try {
      Process process = new ProcessBuilder(psql).redirectErrorStream(true).start();
      OpenTransaction transaction = new OpenTransaction(process);
      transaction.write("BEGIN;\n" + statements + ";\n\\echo " + READY + "\n");
      BufferedReader output = process.inputReader(StandardCharsets.UTF_8);
      String line = output.readLine();
      while (!READY.equals(line)) {
        if (line == null) {
          throw new IllegalStateException("psql ended before it had executed " + statements);
        }
        line = output.readLine();
      }
      return transaction;
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
