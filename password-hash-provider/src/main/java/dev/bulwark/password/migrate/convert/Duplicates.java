package dev.bulwark.password.migrate.convert;

import dev.bulwark.password.migrate.realm.RealmCatalog;
import dev.bulwark.password.migrate.row.ApiKeyEntry;
import dev.bulwark.password.migrate.row.Columns;
import dev.bulwark.password.migrate.row.Identity;
import dev.bulwark.password.migrate.row.RefusedRowException;
import dev.bulwark.password.migrate.row.UserRecord;
import java.util.HashSet;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Rejects a user whom Keycloak would take for an earlier one, in the middle of an import: it
 * compares names without regard to case. Not thread-safe.
 */
final class Duplicates {

  private final MigrationOptions options;
  private final Consumer<String> attention;
  private final SeenSet usernames = new SeenSet();
  private final SeenSet emails = new SeenSet();
  private final SeenSet identities = new SeenSet();
  private final SeenSet keyHashes = new SeenSet();
  private final AccentTwins usernameTwins = new AccentTwins(usernames);
  private final AccentTwins emailTwins = new AccentTwins(emails);

  /**
   * Starts without users.
   *
   * @param attention told what may stop the import of a user who is not rejected
   */
  Duplicates(MigrationOptions options, Consumer<String> attention) {
    this.options = options;
    this.attention = attention;
  }

  /**
   * Compares a user with all earlier ones. A rejected one leaves no trace, so that it does not
   * stand in the way of another.
   *
   * @param line of the user, from 1
   * @throws RefusedRowException naming the earlier line
   */
  void refuse(UserRecord user, long line) throws RefusedRowException {
    refuseSeen("username '" + user.username() + "'", usernames.line(user.username()));
    @Nullable String email = options.duplicateEmails() ? null : user.email();
    if (email != null) {
      refuseSeen("email '" + email + "'", emails.line(email));
    }
    refuseOfAnother(user);
    for (Identity identity : user.identities()) {
      refuseSeen("the account at '" + identity.provider() + "'", identities.line(text(identity)));
    }
    Set<String> own = new HashSet<>();
    for (ApiKeyEntry key : user.apiKeys()) {
      refuseSeen(
          "an API key's hash", own.add(key.hash()) ? keyHashes.line(key.hash()) : (int) line);
    }
    compareWithoutAccents(Columns.USERNAME, user.username(), usernameTwins, line);
    if (email != null) {
      compareWithoutAccents(Columns.EMAIL, email, emailTwins, line);
    }
    compareWithOthers(user, line);
    usernames.add(user.username(), line);
    usernameTwins.add(user.username(), line);
    if (email != null) {
      emails.add(email, line);
      emailTwins.add(email, line);
    }
    user.identities().forEach(identity -> identities.add(text(identity), line));
    own.forEach(hash -> keyHashes.add(hash, line));
  }

  private void compareWithoutAccents(String column, String text, AccentTwins twins, long line)
      throws RefusedRowException {
    if (options.database() == Database.POSTGRESQL) {
      return;
    }
    int twin = twins.line(text);
    if (twin != 0) {
      refuseOnMariaDb(
          "%s '%s' differs from that on line %d only in accents: to MariaDB and MySQL they are one"
              .formatted(column, text, twin),
          line);
      return;
    }
    int possible = twins.possibleLine(text);
    if (possible != 0) {
      report(
          ("%s '%s' differs from that on line %d only in letters such as \u0142 and \u00df: to some"
                  + " collations of MariaDB and MySQL they are one")
              .formatted(column, text, possible),
          line);
    }
  }

  private void refuseOnMariaDb(String message, long line) throws RefusedRowException {
    if (options.database() == Database.MARIADB) {
      throw new RefusedRowException(message);
    }
    report(message, line);
  }

  private void report(String message, long line) {
    attention.accept("line " + line + ": ATTENTION: " + message);
  }

  /** Keycloak looks for an address first, so the user with the name could never log in. */
  private void refuseOfAnother(UserRecord user) throws RefusedRowException {
    if (!isLoginByAddress()) {
      return;
    }
    refuseOfAnother(
        "username '" + user.username() + "' is the e-mail address", emails.line(user.username()));
    @Nullable String email = user.email();
    if (email != null) {
      refuseOfAnother("email '" + email + "' is the username", usernames.line(email));
    }
  }

  /** The same where only MariaDB and MySQL take a name for an address. */
  private void compareWithOthers(UserRecord user, long line) throws RefusedRowException {
    if (!isLoginByAddress() || options.database() == Database.POSTGRESQL) {
      return;
    }
    compareWithOther(
        "username '" + user.username() + "' differs from the e-mail address",
        emailTwins.line(user.username()),
        line);
    @Nullable String email = user.email();
    if (email != null) {
      compareWithOther(
          "email '" + email + "' differs from the username", usernameTwins.line(email), line);
    }
  }

  private void compareWithOther(String what, int twin, long line) throws RefusedRowException {
    if (twin != 0) {
      refuseOnMariaDb(
          what
              + (" on line " + twin + " only in accents: on MariaDB and MySQL, Keycloak would log")
              + " in whose address it is",
          line);
    }
  }

  private boolean isLoginByAddress() {
    return !options.duplicateEmails()
        && options.catalog().map(RealmCatalog::loginWithEmail).orElse(true);
  }

  private static void refuseOfAnother(String what, int line) throws RefusedRowException {
    if (line != 0) {
      throw new RefusedRowException(
          what + " on line " + line + " already: Keycloak would log in whose address it is");
    }
  }

  private static String text(Identity identity) {
    return identity.provider() + "\n" + identity.id();
  }

  private static void refuseSeen(String what, int firstLine) throws RefusedRowException {
    if (firstLine != 0) {
      throw new RefusedRowException(what + " is on line " + firstLine + " already");
    }
  }
}
