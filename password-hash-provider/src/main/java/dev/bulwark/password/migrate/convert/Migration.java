package dev.bulwark.password.migrate.convert;

import dev.bulwark.password.migrate.realm.ProfileRules;
import dev.bulwark.password.migrate.realm.RealmCatalog;
import dev.bulwark.password.migrate.realm.UserTally;
import dev.bulwark.password.migrate.row.ByteLines;
import dev.bulwark.password.migrate.row.CsvRowReader;
import dev.bulwark.password.migrate.row.MigrationException;
import dev.bulwark.password.migrate.row.RejectedRowException;
import dev.bulwark.password.migrate.row.RowReader;
import dev.bulwark.password.migrate.row.UserRecord;
import dev.bulwark.password.migrate.row.UserRow;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** One run: reads line by line, writes user by user, tells each refused row by its line. */
public final class Migration {

  private static final long PROGRESS_EVERY = 100_000;

  private final MigrationOptions options;
  private final PrintWriter messages;
  private final UserTally tally;
  private long rows;
  private long converted;
  private long blank;

  /**
   * Prepares a run.
   *
   * @param messages receives refused rows and progress
   */
  public Migration(MigrationOptions options, PrintWriter messages) {
    this.options = options;
    this.messages = messages;
    this.tally =
        new UserTally(
            options.catalog().map(RealmCatalog::profile).orElseGet(ProfileRules::shipped),
            options.catalog().map(RealmCatalog::disabledProviders).orElse(Set.of()),
            Instant.now());
  }

  /**
   * What a run did.
   *
   * @param users the converted users
   * @param files names of the files written, in order
   */
  public record Report(long rows, long converted, long blank, UserTally users, List<String> files) {

    public long refused() {
      return rows - converted;
    }
  }

  /**
   * Runs.
   *
   * @throws MigrationException if the input's form or the folder does not let it run at all
   */
  public Report run() throws IOException {
    Path out = options.out();
    try (InputStream in = Files.newInputStream(options.in());
        UserFiles files = options.dryRun() || out == null ? null : UserFiles.in(out, options)) {
      convert(new ByteLines(in), files);
      List<String> names = files == null ? List.of() : files.finish();
      return new Report(rows, converted, blank, tally, names);
    }
  }

  private void convert(ByteLines lines, @Nullable UserFiles files) throws IOException {
    RowConverter converter =
        new RowConverter(
            options,
            attention -> {
              messages.println(attention);
              tally.addCollision();
            });
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
        tally.add(row, user);
        converted++;
      } catch (RejectedRowException e) {
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
    } catch (RejectedRowException e) {
      throw new MigrationException("line " + lines.number() + ": " + e.getMessage());
    }
  }
}
