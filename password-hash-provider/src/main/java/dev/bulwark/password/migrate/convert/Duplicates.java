package dev.bulwark.password.migrate.convert;

import dev.bulwark.password.migrate.row.ApiKeyEntry;
import dev.bulwark.password.migrate.row.Identity;
import dev.bulwark.password.migrate.row.RejectedRowException;
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
  private final CollationCollisions collisions;

  /**
   * Starts without users.
   *
   * @param attention told what may stop the import of a user who is not rejected
   */
  Duplicates(MigrationOptions options, Consumer<String> attention) {
    this.options = options;
    this.collisions = new CollationCollisions(options, usernames, emails, attention);
  }

  /**
   * Compares a user with all earlier ones. A rejected one leaves no trace, so that it does not
   * stand in the way of another.
   *
   * @param line of the user, from 1
   * @throws RejectedRowException naming the earlier line
   */
  void rejectIfDuplicate(UserRecord user, long line) throws RejectedRowException {
    rejectIfSeen("username '" + user.username() + "'", usernames.line(user.username()));
    @Nullable String email = options.duplicateEmails() ? null : user.email();
    if (email != null) {
      rejectIfSeen("email '" + email + "'", emails.line(email));
    }
    rejectIfOfAnother(user);
    for (Identity identity : user.identities()) {
      rejectIfSeen("the account at '" + identity.provider() + "'", identities.line(text(identity)));
    }
    Set<String> own = new HashSet<>();
    for (ApiKeyEntry key : user.apiKeys()) {
      rejectIfSeen(
          "an API key's hash", own.add(key.hash()) ? keyHashes.line(key.hash()) : (int) line);
    }
    collisions.compare(user, email, line);
    usernames.add(user.username(), line);
    if (email != null) {
      emails.add(email, line);
    }
    collisions.add(user, email, line);
    user.identities().forEach(identity -> identities.add(text(identity), line));
    own.forEach(hash -> keyHashes.add(hash, line));
  }

  /** Keycloak looks for an address first, so the user with the name could never log in. */
  private void rejectIfOfAnother(UserRecord user) throws RejectedRowException {
    if (!options.isLoginByAddress()) {
      return;
    }
    rejectIfOfAnother(
        "username '" + user.username() + "' is the e-mail address", emails.line(user.username()));
    @Nullable String email = user.email();
    if (email != null) {
      rejectIfOfAnother("email '" + email + "' is the username", usernames.line(email));
    }
  }

  private static void rejectIfOfAnother(String what, int line) throws RejectedRowException {
    if (line != 0) {
      throw new RejectedRowException(
          what + " on line " + line + " already: Keycloak would log in whose address it is");
    }
  }

  private static String text(Identity identity) {
    return identity.provider() + "\n" + identity.id();
  }

  private static void rejectIfSeen(String what, int firstLine) throws RejectedRowException {
    if (firstLine != 0) {
      throw new RejectedRowException(what + " is on line " + firstLine + " already");
    }
  }
}
