package dev.bulwark.password.migrate.realm;

import dev.bulwark.contract.PasswordAlgorithms;
import dev.bulwark.password.foreign.StoredHash;
import dev.bulwark.password.migrate.row.ApiKeyEntry;
import dev.bulwark.password.migrate.row.Identity;
import dev.bulwark.password.migrate.row.UserRecord;
import dev.bulwark.password.migrate.row.UserRow;
import java.io.PrintWriter;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Counts converted users and what is special about them. Not thread-safe. */
public final class UserTally {

  private final ProfileRules profile;
  private final Set<String> disabledProviders;
  private final Instant now;
  private final Map<String, Long> byAlgorithm = new TreeMap<>();
  private final Map<String, Long> roles = new TreeMap<>();
  private final Map<String, Long> identities = new TreeMap<>();
  private final Map<String, Long> asked = new TreeMap<>();
  private final Map<String, Long> withoutButton = new TreeMap<>();
  private final ScryptHeap scrypt = new ScryptHeap();
  private long verified;
  private long verifiedByDefault;
  private long unverified;
  private long withoutAddress;
  private long nonAsciiAddress;
  private long bothNames;
  private long oneName;
  private long noName;
  private long disabled;
  private long askedUsers;
  private long byProviderAlone;
  private long withTotp;
  private long backupCodes;
  private long backupCodeUsers;
  private long uselessCodes;
  private long apiKeys;
  private long inactiveKeys;
  private long expiredKeys;
  private long keysWithoutScopes;
  private long usedKeys;
  private long uselessLoginNames;
  private long collisions;

  /**
   * Starts at zero.
   *
   * @param profile of the realm that the users go to
   * @param disabledProviders aliases of identity providers of that realm that are off
   * @param now the moment by which keys have expired or not
   */
  public UserTally(ProfileRules profile, Set<String> disabledProviders, Instant now) {
    this.profile = profile;
    this.disabledProviders = Set.copyOf(disabledProviders);
    this.now = now;
  }

  /** Whether what stands before the at sign of an address is ASCII. */
  static boolean hasAsciiLocalPart(String email) {
    return email.substring(0, email.lastIndexOf('@')).chars().allMatch(c -> c < 128);
  }

  /** Counts a user, with the row it comes from. */
  public void add(UserRow row, UserRecord user) {
    StoredHash password = user.password();
    byAlgorithm.merge(password == null ? "none" : password.algorithm(), 1L, Long::sum);
    if (password != null) {
      scrypt.add(password);
    }
    countAddress(user, row.emailVerified() == null);
    int parts = user.name().parts();
    bothNames += parts == 2 ? 1 : 0;
    oneName += parts == 1 ? 1 : 0;
    noName += parts == 0 ? 1 : 0;
    disabled += user.enabled() ? 0 : 1;
    if (password == null && !user.identities().isEmpty()) {
      countProviderAlone(user.identities());
    }
    user.roles().forEach(role -> roles.merge(role, 1L, Long::sum));
    user.identities().forEach(identity -> identities.merge(identity.provider(), 1L, Long::sum));
    var reasons = profile.asks(user);
    askedUsers += reasons.isEmpty() ? 0 : 1;
    reasons.forEach(reason -> asked.merge(reason, 1L, Long::sum));
    uselessLoginNames += isLoginNameLeftOut(row, password) ? 1 : 0;
    withTotp += user.totpSecret() == null ? 0 : 1;
    backupCodes += user.backupCodes().size();
    backupCodeUsers += user.backupCodes().isEmpty() ? 0 : 1;
    uselessCodes += user.backupCodes().isEmpty() && !row.backupCodes().isEmpty() ? 1 : 0;
    countKeys(user);
  }

  private void countProviderAlone(List<Identity> identities) {
    byProviderAlone++;
    if (identities.stream().allMatch(account -> disabledProviders.contains(account.provider()))) {
      withoutButton.merge(identities.get(0).provider(), 1L, Long::sum);
    }
  }

  /** The name is for the old application, which checks no password that has a hash. */
  private static boolean isLoginNameLeftOut(UserRow row, @Nullable StoredHash password) {
    return !row.legacyLoginName().isEmpty()
        && (password == null || !password.algorithm().equals(PasswordAlgorithms.LEGACY_LOGIN));
  }

  /** Counts a name or address that differs from another one in accents alone. */
  public void addCollision() {
    collisions++;
  }

  private void countAddress(UserRecord user, boolean unsaid) {
    String email = user.email();
    if (email == null) {
      withoutAddress++;
      return;
    }
    nonAsciiAddress += hasAsciiLocalPart(email) ? 0 : 1;
    verified += user.emailVerified() && !unsaid ? 1 : 0;
    verifiedByDefault += user.emailVerified() && unsaid ? 1 : 0;
    unverified += user.emailVerified() ? 0 : 1;
  }

  private void countKeys(UserRecord user) {
    apiKeys += user.apiKeys().size();
    inactiveKeys += count(user, key -> !key.active());
    expiredKeys += count(user, this::isExpired);
    keysWithoutScopes += count(user, key -> key.scopes() == null || key.scopes().isEmpty());
    usedKeys += count(user, key -> key.requestCount() > 0);
  }

  private boolean isExpired(ApiKeyEntry key) {
    Instant end = key.expiresAt();
    return end != null && !end.isAfter(now);
  }

  private static long count(UserRecord user, Predicate<ApiKeyEntry> which) {
    return user.apiKeys().stream().filter(which).count();
  }

  /** Prints the counts, a line for each kind that there is. */
  public void print(PrintWriter to) {
    byAlgorithm.forEach(
        (algorithm, count) ->
            to.printf("  %s: %d%n", algorithm.equals("none") ? "no password" : algorithm, count));
    scrypt.print(to);
    to.printf(
        "  names: %d first and last name, %d one name, %d none%n", bothNames, oneName, noName);
    if (verified + verifiedByDefault + unverified > 0) {
      to.printf(
          "  e-mail addresses: %d verified by the input, %d verified by default"
              + " (--no-email-verified), %d not verified%n",
          verified, verifiedByDefault, unverified);
    }
    print(to, "without an e-mail address", withoutAddress);
    print(
        to,
        "with a non-ASCII e-mail address (the mail server must take SMTPUTF8)",
        nonAsciiAddress);
    print(to, "disabled", disabled);
    print(to, "accounts at identity providers", identities);
    print(to, "users who log in at a provider and have no password", byProviderAlone);
    print(to, "roles", roles);
    if (withTotp + apiKeys > 0) {
      to.printf("  with TOTP: %d, API keys: %d%n", withTotp, apiKeys);
    }
    if (backupCodes > 0) {
      to.printf("  recovery codes: %d of %d users%n", backupCodes, backupCodeUsers);
    }
    print(to, "users whose recovery codes are left out, because they have no TOTP", uselessCodes);
    print(
        to,
        "users whose legacy_login_name is left out, because their password_hash is not legacy-login",
        uselessLoginNames);
    print(to, "API keys that are inactive", inactiveKeys);
    print(to, "API keys that have expired", expiredKeys);
    print(
        to,
        "ATTENTION: API keys without scopes, which open nothing (--api-key-scopes)",
        keysWithoutScopes);
    print(to, "API keys with a request count", usedKeys);
    print(
        to,
        "ATTENTION: users who cannot log in, because their provider is disabled in the realm",
        withoutButton);
    print(
        to,
        "ATTENTION: user names and addresses that MariaDB and MySQL may take for others"
            + " (--database)",
        collisions);
    if (askedUsers > 0) {
      print(to, "ATTENTION: the realm stops users at the first login", askedUsers);
      asked.forEach((reason, count) -> to.printf("    %s: %d%n", reason, count));
    }
  }

  private static void print(PrintWriter to, String what, long count) {
    if (count > 0) {
      to.printf("  %s: %d%n", what, count);
    }
  }

  private static void print(PrintWriter to, String what, Map<String, Long> counts) {
    if (!counts.isEmpty()) {
      to.printf(
          "  %s: %s%n",
          what,
          counts.entrySet().stream()
              .map(entry -> entry.getKey() + " " + entry.getValue())
              .collect(Collectors.joining(", ")));
    }
  }
}
