package dev.bulwark.password.migrate.convert;

import dev.bulwark.password.foreign.CostLimits;
import dev.bulwark.password.foreign.PasswordForm;
import dev.bulwark.password.migrate.realm.RealmCatalog;
import dev.bulwark.password.migrate.row.PersonName;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What the command line asks for.
 *
 * @param out null in a dry run without a folder
 * @param realm name of the realm, part of the file names
 * @param usersPerFile at most, at least 1; a file also ends by its size
 * @param limits the most that a hash may cost
 * @param passwordForm of the passwords that the other application hashed
 * @param withoutPassword whether users with neither password nor identity are converted
 * @param fastHashes whether hashes of a single digest are converted
 * @param duplicateEmails whether the realm lets several users have one address
 * @param database of Keycloak
 * @param emailVerified whether addresses are verified where the input has no column for it
 * @param split where a whole name is divided
 * @param roles what a role of the input becomes; empty for nothing. Roles that are not in it keep
 *     their name
 * @param providers the alias in the realm of a provider of the input; others keep their name
 * @param apiKeyScopes of keys whose scopes the input does not say
 * @param ignoredColumns columns or fields to pass over
 * @param catalog what the realm has; empty if nothing is compared
 */
public record MigrationOptions(
    Path in,
    @Nullable Path out,
    boolean dryRun,
    String realm,
    int usersPerFile,
    CostLimits limits,
    PasswordForm passwordForm,
    boolean withoutPassword,
    boolean fastHashes,
    boolean duplicateEmails,
    Database database,
    boolean emailVerified,
    PersonName.Split split,
    Map<String, String> roles,
    Map<String, String> providers,
    List<String> apiKeyScopes,
    Set<String> ignoredColumns,
    Optional<RealmCatalog> catalog) {

  /** Whether users of the realm may log in with their address. */
  boolean isLoginByAddress() {
    return !duplicateEmails && catalog.map(RealmCatalog::loginWithEmail).orElse(true);
  }
}
