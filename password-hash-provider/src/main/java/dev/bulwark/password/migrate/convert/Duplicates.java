package dev.bulwark.password.migrate.convert;

import dev.bulwark.password.migrate.row.ApiKeyEntry;
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
  private final SeenSet usernames = new SeenSet();
  private final SeenSet emails = new SeenSet();
  private final SeenSet identities = new SeenSet();
  private final SeenSet keyHashes = new SeenSet();
  private final CollationTwins twins;

  /**
   * Starts without users.
   *
   * @param attention told what may stop the import of a user who is not rejected
   */
  Duplicates(MigrationOptions options, Consumer<String> attention) {
    this.options = options;
    this.twins = new CollationTwins(options, usernames, emails, attention);
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
    twins.compare(user, email, line);
    usernames.add(user.username(), line);
    if (email != null) {
      emails.add(email, line);
    }
    twins.add(user, email, line);
    user.identities().forEach(identity -> identities.add(text(identity), line));
    own.forEach(hash -> keyHashes.add(hash, line));
  }

  /** Keycloak looks for an address first, so the user with the name could never log in. */
  private void refuseOfAnother(UserRecord user) throws RefusedRowException {
    if (!options.isLoginByAddress()) {
      return;
    }
    refuseOfAnother(
        "username '" + user.username() + "' is the e-mail address", emails.line(user.username()));
    @Nullable String email = user.email();
    if (email != null) {
      refuseOfAnother("email '" + email + "' is the username", usernames.line(email));
    }
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
