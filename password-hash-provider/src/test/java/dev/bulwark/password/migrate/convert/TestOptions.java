package dev.bulwark.password.migrate.convert;

import dev.bulwark.password.foreign.CostLimits;
import dev.bulwark.password.foreign.PasswordForm;
import dev.bulwark.password.migrate.row.PersonName;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** What the command line would ask for. */
final class TestOptions {

  private TestOptions() {}

  /** Realm "app", one user a file, hashes of each kind and none, nothing to compare with. */
  static MigrationOptions dryRun() {
    return new MigrationOptions(
        Path.of("in"),
        null,
        true,
        "app",
        1,
        CostLimits.DEFAULT,
        PasswordForm.AS_TYPED,
        true,
        true,
        false,
        Database.UNKNOWN,
        false,
        PersonName.Split.FIRST,
        Map.of(),
        Map.of(),
        List.of(),
        Set.of(),
        Optional.empty());
  }
}
