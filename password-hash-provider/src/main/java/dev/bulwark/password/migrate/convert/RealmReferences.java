package dev.bulwark.password.migrate.convert;

import dev.bulwark.password.migrate.realm.RealmCatalog;
import dev.bulwark.password.migrate.row.Identity;
import dev.bulwark.password.migrate.row.RejectedRowException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Names of roles, scopes and identity providers: mapped as the command line says, and compared with
 * the realm, if it is known.
 */
final class RealmReferences {

  private static final int MAX_TEXT = 255;
  private static final Pattern FORBIDDEN = Pattern.compile("[\\p{Cntrl}\\p{Zl}\\p{Zp}]");
  private static final Pattern SCOPE = Pattern.compile("[\\x21\\x23-\\x5B\\x5D-\\x7E]+");

  private final Map<String, String> roleNames;
  private final Map<String, String> providerNames;
  private final Optional<RealmCatalog> catalog;

  RealmReferences(MigrationOptions options) {
    this.roleNames = options.roles();
    this.providerNames = options.providers();
    this.catalog = options.catalog();
  }

  /**
   * The roles of the realm, without those that are mapped to nothing.
   *
   * @throws RejectedRowException for one that the realm lacks
   */
  List<String> roles(List<String> roles) throws RejectedRowException {
    List<String> mapped = new ArrayList<>();
    for (String role : roles) {
      String name = roleNames.getOrDefault(role, role);
      if (name.isEmpty() || mapped.contains(name)) {
        continue;
      }
      requireText("roles", name);
      requireIn(catalog.map(RealmCatalog::roles), name, "role '" + name + "'", "--role");
      mapped.add(name);
    }
    return mapped;
  }

  /**
   * The identities by the realm's aliases.
   *
   * @throws RejectedRowException for a provider that the realm lacks, two of one provider, or none
   */
  List<Identity> identities(List<Identity> identities) throws RejectedRowException {
    List<Identity> mapped = new ArrayList<>();
    for (Identity identity : identities) {
      String alias = providerNames.getOrDefault(identity.provider(), identity.provider());
      requireText("identities", alias);
      requireText("identities", identity.id());
      String username = identity.username();
      if (username != null) {
        requireText("identities", username);
      }
      requireIn(
          catalog.map(RealmCatalog::providers),
          alias,
          "identity provider '" + alias + "'",
          "--provider");
      if (mapped.stream().anyMatch(other -> other.provider().equals(alias))) {
        throw new RejectedRowException("identities: two accounts at '" + alias + "'");
      }
      mapped.add(new Identity(alias, identity.id(), username));
    }
    return mapped;
  }

  /**
   * Checks the scopes of an API key.
   *
   * @throws RejectedRowException for one that the realm lacks or that is none
   */
  void requireScopes(Collection<String> scopes) throws RejectedRowException {
    for (String scope : scopes) {
      if (!SCOPE.matcher(scope).matches()) {
        throw new RejectedRowException("api_key_hashes: a scope has a blank, quote or backslash");
      }
      if (catalog.isPresent() && !catalog.get().scopes().contains(scope)) {
        throw new RejectedRowException(
            "api_key_hashes: scope '" + scope + "' is not in the realm: make it there first");
      }
    }
  }

  private static void requireText(String column, String text) throws RejectedRowException {
    if (text.isBlank()
        || text.length() > MAX_TEXT
        || FORBIDDEN.matcher(text).find()
        || !text.equals(text.strip())) {
      throw new RejectedRowException(
          column + ": not 1 to " + MAX_TEXT + " printable characters without outer blanks");
    }
  }

  private static void requireIn(
      Optional<Set<String>> known, String name, String what, String option)
      throws RejectedRowException {
    if (known.isPresent() && !known.get().contains(name)) {
      throw new RejectedRowException(
          what + " is not in the realm: make it there first, or map it (" + option + ")");
    }
  }
}
