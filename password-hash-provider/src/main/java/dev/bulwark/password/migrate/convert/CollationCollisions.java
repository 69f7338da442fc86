package dev.bulwark.password.migrate.convert;

import dev.bulwark.password.migrate.row.Columns;
import dev.bulwark.password.migrate.row.RejectedRowException;
import dev.bulwark.password.migrate.row.UserRecord;
import java.util.HashSet;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Compares users as MariaDB and MySQL do, to which accents and some letters make no difference. Not
 * thread-safe.
 */
final class CollationCollisions {

  /** What happens if the database takes two texts for one. */
  private enum Outcome {
    ONE_USER(
        "to MariaDB and MySQL they are one",
        "to some collations of MariaDB and MySQL they are one"),
    OTHER_LOGIN(
        "on MariaDB and MySQL, Keycloak would log in whose address it is",
        "with some collations of MariaDB and MySQL, Keycloak would log in whose address it is");

    private final String always;
    private final String sometimes;

    Outcome(String always, String sometimes) {
      this.always = always;
      this.sometimes = sometimes;
    }
  }

  private final MigrationOptions options;
  private final Consumer<String> attention;
  private final AccentCollisions usernames;
  private final AccentCollisions emails;

  /** Earlier lines that have been reported for the user at hand. */
  private final Set<Integer> reported = new HashSet<>();

  /**
   * Starts without users.
   *
   * @param usernames all user names, each from the moment that its user is added here
   * @param emails all addresses, likewise
   * @param attention told what may stop the import of a user who is not rejected
   */
  CollationCollisions(
      MigrationOptions options, SeenSet usernames, SeenSet emails, Consumer<String> attention) {
    this.options = options;
    this.attention = attention;
    this.usernames = new AccentCollisions(usernames);
    this.emails = new AccentCollisions(emails);
  }

  /**
   * Compares a user with all earlier ones, none of whom has the same name or address.
   *
   * @param email null if it is not compared
   * @param line of the user, from 1
   * @throws RejectedRowException naming the earlier line
   */
  void compare(UserRecord user, @Nullable String email, long line) throws RejectedRowException {
    if (options.database() == Database.POSTGRESQL) {
      return;
    }
    reported.clear();
    compareWithSameColumn(Columns.USERNAME, user.username(), usernames, line);
    if (email != null) {
      compareWithSameColumn(Columns.EMAIL, email, emails, line);
    }
    if (options.isLoginByAddress()) {
      compareWithOther(
          "username '" + user.username() + "' differs from the e-mail address",
          user.username(),
          emails,
          line);
      if (email != null) {
        compareWithOther("email '" + email + "' differs from the username", email, usernames, line);
      }
    }
  }

  /**
   * Remembers a user.
   *
   * @param email null if it is not compared
   * @param line of the user, from 1
   */
  void add(UserRecord user, @Nullable String email, long line) {
    usernames.add(user.username(), line);
    if (email != null) {
      emails.add(email, line);
    }
  }

  private void compareWithSameColumn(
      String column, String text, AccentCollisions earlier, long line) throws RejectedRowException {
    String what = column + " '" + text + "' differs from that";
    @Nullable Finding finding = find(what, text, earlier, Outcome.ONE_USER);
    if (finding != null) {
      report(finding, line);
      reported.add(finding.line());
    }
  }

  /** One report about two users is enough: a user name is often the own address. */
  private void compareWithOther(String what, String text, AccentCollisions earlier, long line)
      throws RejectedRowException {
    @Nullable Finding finding = find(what, text, earlier, Outcome.OTHER_LOGIN);
    if (finding != null && reported.add(finding.line())) {
      report(finding, line);
    }
  }

  /**
   * A text that is not rejected.
   *
   * @param line of the earlier user
   */
  private record Finding(String message, int line) {}

  private @Nullable Finding find(
      String what, String text, AccentCollisions earlier, Outcome outcome)
      throws RejectedRowException {
    int collision = earlier.line(text);
    if (collision != 0) {
      String message = what + " on line " + collision + " only in accents: " + outcome.always;
      if (options.database() == Database.MARIADB) {
        throw new RejectedRowException(message);
      }
      return new Finding(message, collision);
    }
    int possible = earlier.possibleLine(text);
    return possible == 0
        ? null
        : new Finding(
            what
                + " on line "
                + possible
                + " only in marks or in letters such as \u0142 and \u00df: "
                + outcome.sometimes,
            possible);
  }

  private void report(Finding finding, long line) {
    attention.accept("line " + line + ": ATTENTION: " + finding.message());
  }
}
