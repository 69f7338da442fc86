package dev.bulwark.password.migrate;

import dev.bulwark.password.foreign.CostLimits;
import dev.bulwark.password.foreign.PasswordForm;
import dev.bulwark.password.migrate.convert.Database;
import dev.bulwark.password.migrate.convert.Migration;
import dev.bulwark.password.migrate.convert.MigrationOptions;
import dev.bulwark.password.migrate.realm.RealmCatalog;
import dev.bulwark.password.migrate.row.MigrationException;
import dev.bulwark.password.migrate.row.PersonName;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/**
 * The command {@code bulwark-migrate}. Exit codes: 0 all rows converted, 2 some refused (each told
 * with its line), 1 could not run.
 */
@Command(
    name = "bulwark-migrate",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    abbreviateSynopsis = true,
    footer = {"Example:", "  bulwark-migrate --in users.csv --out out --dry-run"},
    description = {
      "Turns users of another application into Keycloak's user import.",
      "",
      "The input is CSV with the header username,email,password_hash and optionally",
      "id, name or first_name and last_name, enabled, email_verified, roles,",
      "identities, totp_secret, backup_code_hashes, api_key_hashes,",
      "legacy_login_name; or JSON lines with these names. The output is",
      "app-users-0.json and so on, and app-ids.csv with the id and the user name of",
      "each user. The password_hash legacy-login stands for a password that the old",
      "application checks. Each refused row is told with its line on standard error,",
      "and the report counts every special case.",
      "",
      "bulwark-migrate export --help describes the way back.",
      ""
    },
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:all rows converted",
      "1:could not run",
      "2:some rows refused, the others converted"
    })
public final class MigrateCommand implements Callable<Integer> {

  static final int OK = 0;
  static final int COULD_NOT_RUN = 1;
  static final int SOME_REJECTED = 2;

  /** The first argument of the way back ({@link ExportCommand}). */
  private static final String EXPORT = "export";

  private static final Pattern REALM = Pattern.compile("[A-Za-z0-9._-]{1,255}");

  @Spec
  @SuppressWarnings("NullAway.Init") // set by picocli
  private CommandSpec spec;

  @Option(names = "--in", required = true, paramLabel = "FILE", description = "The users.")
  @SuppressWarnings("NullAway.Init")
  private Path in;

  @Option(
      names = "--out",
      paramLabel = "DIR",
      description = "The folder for the files; made if missing. Required but in a dry run.")
  private @Nullable Path out;

  @Option(names = "--dry-run", description = "Check every row, write nothing.")
  private boolean dryRun;

  @Option(
      names = "--realm",
      defaultValue = "app",
      paramLabel = "NAME",
      description = "The realm (default: ${DEFAULT-VALUE}).")
  @SuppressWarnings("NullAway.Init")
  private String realm;

  @Option(
      names = "--users-per-file",
      defaultValue = "1000",
      paramLabel = "N",
      description =
          "1 to 100000 (default: ${DEFAULT-VALUE}). Keycloak imports a file in one transaction. A file"
              + " also ends at 6 MiB, since Keycloak takes requests of up to 10.")
  private int usersPerFile;

  @Option(
      names = "--allow-no-password",
      description =
          "Convert users whose password_hash is empty, or marked unusable by Django, even if they"
              + " have no account at an identity provider.")
  private boolean withoutPassword;

  @Option(
      names = "--allow-fast-hashes",
      description =
          "Convert hashes that are a single MD5, SHA-1, SHA-256 or SHA-512, with or without a salt."
              + " Whoever reads one finds most passwords; the first login replaces it.")
  private boolean fastHashes;

  @Option(
      names = "--password-form",
      defaultValue = "AS_TYPED",
      paramLabel = "FORM",
      description =
          "The form of a password that the other application hashed: ${COMPLETION-CANDIDATES}"
              + " (default: ${DEFAULT-VALUE}). It is part of each credential until the first login.")
  @SuppressWarnings("NullAway.Init")
  private PasswordForm passwordForm;

  @Option(
      names = "--allow-duplicate-emails",
      description = "For a realm that lets several users have one address.")
  private boolean duplicateEmails;

  @Option(
      names = "--database",
      defaultValue = "UNKNOWN",
      paramLabel = "NAME",
      description =
          "Keycloak's database: ${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE}). To MariaDB and"
              + " MySQL, user names and addresses that differ only in accents are equal: MARIADB"
              + " rejects the later one, UNKNOWN reports it.")
  @SuppressWarnings("NullAway.Init")
  private Database database;

  @Option(
      names = "--email-verified",
      negatable = true,
      defaultValue = "true",
      fallbackValue = "true",
      description =
          "Whether addresses count as verified where the input has no email_verified"
              + " (default: ${DEFAULT-VALUE}).")
  private boolean emailVerified = true;

  @Option(
      names = "--split-name",
      defaultValue = "first",
      paramLabel = "WHERE",
      description =
          "Where the column name is divided into first and last name: at the first blank, the last,"
              + " or none (default: ${DEFAULT-VALUE}).")
  @SuppressWarnings("NullAway.Init")
  private PersonName.Split split;

  @Option(
      names = "--role",
      paramLabel = "OLD=NEW",
      description =
          "The realm's role for one of the input; nothing behind the equals sign drops it. Others"
              + " keep their name. May be repeated.")
  private Map<String, String> roles = Map.of();

  @Option(
      names = "--provider",
      paramLabel = "OLD=ALIAS",
      description =
          "The realm's identity provider for one of the input. Others keep their name. May be"
              + " repeated.")
  private Map<String, String> providers = Map.of();

  @Option(
      names = "--realm-from",
      paramLabel = "FILE|URL",
      description =
          "The realm to compare roles, scopes, identity providers and names with: its JSON file, or"
              + " its admin URL (https://HOST/admin/realms/NAME; an access token in the variable"
              + " KEYCLOAK_TOKEN).")
  private @Nullable String realmFrom;

  @Option(
      names = "--api-key-scopes",
      split = "[ ,]+",
      paramLabel = "SCOPE",
      description = "Scopes of imported API keys, apart by commas; none unless given.")
  private List<String> apiKeyScopes = List.of();

  @Option(
      names = "--ignore-columns",
      split = ",",
      paramLabel = "NAME",
      description = "Columns or fields to pass over.")
  private Set<String> ignoredColumns = Set.of();

  @Option(
      names = "--max-memory",
      paramLabel = "KIB",
      description = "Most memory of an Argon2 or scrypt hash (default: 1048576).")
  private int maxMemory = CostLimits.DEFAULT.memory();

  @Option(
      names = "--max-work",
      paramLabel = "KIB",
      description = "Most memory times passes of one (default: 4194304).")
  private long maxWork = CostLimits.DEFAULT.work();

  @Option(
      names = "--max-bcrypt-cost",
      paramLabel = "N",
      description = "Most cost of a bcrypt hash (default: 15).")
  private int maxBcryptCost = CostLimits.DEFAULT.bcryptCost();

  @Option(
      names = "--max-iterations",
      paramLabel = "N",
      description = "Most iterations of PBKDF2, rounds of sha-crypt (default: 3000000).")
  private int maxIterations = CostLimits.DEFAULT.iterations();

  private MigrateCommand() {}

  /** Runs the command and ends the process with its exit code. */
  public static void main(String[] args) {
    PrintWriter out = new PrintWriter(System.out, true, StandardCharsets.UTF_8);
    PrintWriter err = new PrintWriter(System.err, true, StandardCharsets.UTF_8);
    System.exit(run(out, err, args));
  }

  static int run(PrintWriter out, PrintWriter err, String... args) {
    boolean export = args.length > 0 && args[0].equals(EXPORT);
    return execute(
        export ? new ExportCommand() : new MigrateCommand(),
        out,
        err,
        export ? Arrays.copyOfRange(args, 1, args.length) : args);
  }

  private static int execute(Object command, PrintWriter out, PrintWriter err, String... args) {
    return new CommandLine(command)
        .setCaseInsensitiveEnumValuesAllowed(true)
        .setOut(out)
        .setErr(err)
        .setExecutionExceptionHandler(
            (e, line, result) -> {
              line.getErr().println("bulwark-migrate: " + describe(e));
              return COULD_NOT_RUN;
            })
        .setParameterExceptionHandler(
            (e, ignored) -> {
              e.getCommandLine().getErr().println("bulwark-migrate: " + e.getMessage());
              e.getCommandLine().usage(e.getCommandLine().getErr());
              return COULD_NOT_RUN;
            })
        .execute(args);
  }

  private static String describe(Exception e) {
    return e instanceof NoSuchFileException
        ? "no such file: " + e.getMessage()
        : e instanceof MigrationException ? String.valueOf(e.getMessage()) : e.toString();
  }

  @Override
  public Integer call() throws IOException {
    check(dryRun || out != null, "--out is missing");
    check(REALM.matcher(realm).matches(), "--realm is no realm name");
    check(
        usersPerFile >= 1 && usersPerFile <= 100_000, "--users-per-file is not within 1 to 100000");
    check(
        maxMemory > 0 && maxWork > 0 && maxBcryptCost > 0 && maxIterations > 0,
        "a limit is not above 0");
    if (Files.isDirectory(in)) {
      throw new MigrationException(in + " is a folder");
    }
    MigrationOptions options =
        new MigrationOptions(
            in,
            out,
            dryRun,
            realm,
            usersPerFile,
            new CostLimits(maxMemory, maxWork, maxBcryptCost, maxIterations),
            passwordForm,
            withoutPassword,
            fastHashes,
            duplicateEmails,
            database,
            emailVerified,
            split,
            Map.copyOf(roles),
            Map.copyOf(providers),
            List.copyOf(apiKeyScopes),
            Set.copyOf(ignoredColumns),
            catalog());
    PrintWriter err = spec.commandLine().getErr();
    Migration.Report report = new Migration(options, err).run();
    print(spec.commandLine().getOut(), report);
    return report.refused() == 0 ? OK : SOME_REJECTED;
  }

  private Optional<RealmCatalog> catalog() throws IOException {
    String source = realmFrom;
    return source == null
        ? Optional.empty()
        : Optional.of(
            RealmCatalog.read(source, System.getenv().getOrDefault("KEYCLOAK_TOKEN", "")));
  }

  private void print(PrintWriter to, Migration.Report report) {
    to.printf(
        "%d rows: %d converted, %d refused%s%n",
        report.rows(),
        report.converted(),
        report.refused(),
        report.blank() == 0 ? "" : " (" + report.blank() + " blank lines)");
    report.users().print(to);
    if (realmFrom == null) {
      to.println("roles, scopes and names were not compared with a realm (--realm-from)");
    }
    if (dryRun) {
      to.println("dry run: nothing written");
    } else if (report.files().isEmpty()) {
      to.println("no file written");
    } else {
      List<String> files = report.files();
      to.printf(
          "%d files in %s: %s%s%n",
          files.size(),
          out,
          files.get(0),
          files.size() == 1 ? "" : " to " + files.get(files.size() - 1));
    }
  }

  private void check(boolean condition, String message) {
    if (!condition) {
      throw new ParameterException(spec.commandLine(), message);
    }
  }
}
