package dev.bulwark.password.migrate;

import dev.bulwark.password.foreign.StoredHash;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** One run: reads line by line, writes user by user, tells each refused row by its line. */
final class Migration {

  private static final long PROGRESS_EVERY = 100_000;

  private final MigrationOptions options;
  private final PrintWriter messages;
  private final Map<String, Long> byAlgorithm = new TreeMap<>();
  private long rows;
  private long converted;
  private long blank;
  private long withTotp;
  private long apiKeys;
  private long verified;
  private long verifiedByDefault;
  private long unverified;

  /**
   * Prepares a run.
   *
   * @param messages receives refused rows and progress
   */
  Migration(MigrationOptions options, PrintWriter messages) {
    this.options = options;
    this.messages = messages;
  }

  /**
   * What a run did.
   *
   * @param byAlgorithm converted users by the algorithm id of their hash; {@code none} for no
   *     password
   * @param files names of the files written, in order
   */
  record Report(
      long rows,
      long converted,
      long blank,
      long withTotp,
      long apiKeys,
      Addresses addresses,
      Map<String, Long> byAlgorithm,
      List<String> files) {

    long refused() {
      return rows - converted;
    }
  }

  /**
   * Addresses of converted users.
   *
   * @param verified verified, as the input says
   * @param byDefault verified, where the input has no column for it
   * @param unverified their users confirm them at the first login, if the realm asks for it
   */
  record Addresses(long verified, long byDefault, long unverified) {
    boolean any() {
      return verified + byDefault + unverified > 0;
    }
  }

  /**
   * Runs.
   *
   * @throws MigrationException if the input's form or the folder does not let it run at all
   */
  Report run() throws IOException {
    Path out = options.out();
    try (InputStream in = Files.newInputStream(options.in());
        UserFiles files = options.dryRun() || out == null ? null : new UserFiles(out, options)) {
      convert(new ByteLines(in), files);
      List<String> names = files == null ? List.of() : files.finish();
      Addresses addresses = new Addresses(verified, verifiedByDefault, unverified);
      return new Report(rows, converted, blank, withTotp, apiKeys, addresses, byAlgorithm, names);
    }
  }

  private void convert(ByteLines lines, @Nullable UserFiles files) throws IOException {
    RowConverter converter = new RowConverter(options);
    RowReader reader = null;
    while (lines.next()) {
      if (lines.isBlank()) {
        blank++;
        continue;
      }
      if (reader == null) {
        String first = firstLine(lines);
        reader = RowReader.of(first, options.ignoredColumns());
        if (reader instanceof CsvRowReader) {
          continue;
        }
      }
      rows++;
      try {
        UserRow row = reader.read(lines.text());
        UserRecord user = converter.convert(row, lines.number());
        if (files != null) {
          files.write(user);
        }
        count(user, row.emailVerified() == null);
      } catch (RefusedRowException e) {
        messages.println("line " + lines.number() + ": " + e.getMessage());
      }
      if (rows % PROGRESS_EVERY == 0) {
        messages.println(rows + " rows read, " + (rows - converted) + " refused");
      }
    }
    if (reader == null) {
      throw new MigrationException(options.in() + " is empty");
    }
  }

  private static String firstLine(ByteLines lines) throws MigrationException {
    try {
      return lines.text();
    } catch (RefusedRowException e) {
      throw new MigrationException("line " + lines.number() + ": " + e.getMessage());
    }
  }

  private void count(UserRecord user, boolean verifiedUnsaid) {
    converted++;
    if (user.email() != null) {
      verified += user.emailVerified() && !verifiedUnsaid ? 1 : 0;
      verifiedByDefault += user.emailVerified() && verifiedUnsaid ? 1 : 0;
      unverified += user.emailVerified() ? 0 : 1;
    }
    StoredHash password = user.password();
    byAlgorithm.merge(password == null ? "none" : password.algorithm(), 1L, Long::sum);
    withTotp += user.totpSecret() == null ? 0 : 1;
    apiKeys += user.apiKeys().size();
  }
}
