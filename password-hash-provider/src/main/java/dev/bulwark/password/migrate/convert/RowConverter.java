package dev.bulwark.password.migrate.convert;

import dev.bulwark.contract.ApiKeyLimits;
import dev.bulwark.contract.PasswordAlgorithms;
import dev.bulwark.password.foreign.StoredHash;
import dev.bulwark.password.foreign.UnusableHashException;
import dev.bulwark.password.foreign.text.DigestHash;
import dev.bulwark.password.foreign.text.ForeignHash;
import dev.bulwark.password.migrate.row.ApiKeyEntry;
import dev.bulwark.password.migrate.row.Columns;
import dev.bulwark.password.migrate.row.Identity;
import dev.bulwark.password.migrate.row.PersonName;
import dev.bulwark.password.migrate.row.RejectedRowException;
import dev.bulwark.password.migrate.row.UserRecord;
import dev.bulwark.password.migrate.row.UserRow;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Checks rows and turns them into users. What Keycloak would refuse in the middle of an import is
 * refused here, with its line: {@link Duplicates} above all. Not thread-safe.
 */
final class RowConverter {

  /** Width of Keycloak's columns. */
  private static final int MAX_TEXT = 255;

  /** Name of an API key, as the bundle's own API has it. */
  private static final Pattern ID = Pattern.compile("[A-Za-z0-9._-]{1,255}");

  private static final Pattern EMAIL = Pattern.compile("[^\\s@,;<>\"\\\\]+@[^\\s@,;<>\"\\\\]+");
  private static final Pattern FORBIDDEN = Pattern.compile("[\\p{Cntrl}\\p{Zl}\\p{Zp}]");
  private static final Pattern BASE32 = Pattern.compile("[A-Za-z2-7]+");

  /** 80 bits, what older versions of pyotp make; RFC 4226 asks for 128. */
  private static final int MIN_TOTP_DIGITS = 16;

  private static final int MAX_TOTP_DIGITS = 160;

  /** More than any application hands out; each is tried at a login. */
  private static final int MAX_BACKUP_CODES = 100;

  private final MigrationOptions options;
  private final RealmReferences realm;
  private final Duplicates duplicates;

  /**
   * Starts without users.
   *
   * @param attention told what may stop the import of a user who is converted
   */
  RowConverter(MigrationOptions options, Consumer<String> attention) {
    this.options = options;
    this.realm = new RealmReferences(options);
    this.duplicates = new Duplicates(options, attention);
  }

  /**
   * Converts a row.
   *
   * @param line its number
   * @throws RejectedRowException with the reason
   */
  UserRecord convert(UserRow row, long line) throws RejectedRowException {
    String username = lowerCase(Columns.USERNAME, required(Columns.USERNAME, row.username()));
    String email = email(row.email());
    List<Identity> accounts = realm.identities(row.identities());
    String totpSecret = totpSecret(row.totpSecret());
    List<String> backupCodes = backupCodes(row.backupCodes());
    UserRecord user =
        new UserRecord(
            id(row.id()),
            username,
            email,
            email != null && isVerified(row.emailVerified()),
            name(row),
            flag(Columns.ENABLED, row.enabled(), true),
            password(row, !accounts.isEmpty()),
            realm.roles(row.roles()),
            accounts,
            totpSecret,
            // Alone they would be a second factor that the old application did not ask for.
            totpSecret == null ? List.of() : backupCodes,
            apiKeys(row.apiKeys()));
    duplicates.rejectIfDuplicate(user, line);
    return user;
  }

  private static @Nullable String id(String id) throws RejectedRowException {
    if (id.isEmpty()) {
      return null;
    }
    if (!ID.matcher(id).matches()) {
      throw new RejectedRowException(
          "id: not 1 to 255 letters, digits, dots, hyphens and underscores");
    }
    return id;
  }

  private PersonName name(UserRow row) throws RejectedRowException {
    String first = optional(Columns.FIRST_NAME, row.firstName());
    String last = optional(Columns.LAST_NAME, row.lastName());
    String whole = optional(Columns.NAME, row.name());
    return first == null && last == null && whole != null
        ? PersonName.of(whole, options.split())
        : new PersonName(first, last);
  }

  /** An address counts as the old application treated it: proven where it asked for no proof. */
  private boolean isVerified(@Nullable String verified) throws RejectedRowException {
    return verified == null
        ? options.emailVerified()
        : flag(Columns.EMAIL_VERIFIED, verified, false);
  }

  /**
   * Reads a hash.
   *
   * @param passwordless whether the user can log in without a password
   */
  private @Nullable StoredHash password(UserRow row, boolean passwordless)
      throws RejectedRowException {
    String hash = row.passwordHash();
    if (hash.equals(PasswordAlgorithms.LEGACY_LOGIN)) {
      return pendingLegacyLogin(row);
    }
    // Django writes an exclamation mark and random characters for "no password".
    if (hash.isEmpty() || hash.startsWith("!")) {
      if (passwordless || options.withoutPassword()) {
        return null;
      }
      throw new RejectedRowException(
          (hash.isEmpty() ? "password_hash is empty" : "password_hash is marked unusable")
              + " (--allow-no-password converts such users)");
    }
    rejectUnpairedSurrogates(Columns.PASSWORD_HASH, hash);
    try {
      StoredHash stored = ForeignHash.parse(hash, options.limits());
      if (DigestHash.isFast(hash, stored) && !options.fastHashes()) {
        throw new RejectedRowException(
            "password_hash: it is a fast hash, from which most passwords can be found"
                + " (--allow-fast-hashes converts such users)");
      }
      return options.passwordForm().write(stored);
    } catch (UnusableHashException e) {
      throw new RejectedRowException("password_hash: " + e.getMessage());
    }
  }

  /**
   * No hash: the provider {@code legacy-login} asks the old application at the first login, by the
   * name as that application spells it.
   */
  private static StoredHash pendingLegacyLogin(UserRow row) throws RejectedRowException {
    String other = optional(Columns.LEGACY_LOGIN_NAME, row.legacyLoginName());
    String login = other == null ? row.username() : other;
    return new StoredHash(
        PasswordAlgorithms.LEGACY_LOGIN,
        0,
        Map.of(PasswordAlgorithms.LOGIN_NAME, login),
        "",
        new byte[0]);
  }

  private static String required(String column, String value) throws RejectedRowException {
    String text = optional(column, value);
    if (text == null) {
      throw new RejectedRowException(column + " is empty");
    }
    return text;
  }

  private static @Nullable String optional(String column, String value)
      throws RejectedRowException {
    if (value.isEmpty()) {
      return null;
    }
    if (value.length() > MAX_TEXT) {
      throw new RejectedRowException(column + " is longer than " + MAX_TEXT + " characters");
    }
    if (!value.equals(value.strip())) {
      throw new RejectedRowException(column + " begins or ends with a blank");
    }
    if (FORBIDDEN.matcher(value).find()) {
      throw new RejectedRowException(column + " has a control character");
    }
    rejectUnpairedSurrogates(column, value);
    return value;
  }

  private static @Nullable String email(String value) throws RejectedRowException {
    String email = optional(Columns.EMAIL, value);
    if (email == null) {
      return null;
    }
    if (!EMAIL.matcher(email).matches()) {
      throw new RejectedRowException("email is no e-mail address");
    }
    return lowerCase(Columns.EMAIL, email);
  }

  /** Some letters become two. */
  private static String lowerCase(String column, String value) throws RejectedRowException {
    String lower = value.toLowerCase(Locale.ROOT);
    if (lower.length() > MAX_TEXT) {
      throw new RejectedRowException(
          column + " is longer than " + MAX_TEXT + " characters in lower case");
    }
    return lower;
  }

  /** A JSON escape may stand for half a character, which no UTF-8 file can hold. */
  private static void rejectUnpairedSurrogates(String column, String value)
      throws RejectedRowException {
    if (!StandardCharsets.UTF_8.newEncoder().canEncode(value)) {
      throw new RejectedRowException(column + " has half a surrogate pair");
    }
  }

  private static boolean flag(String column, String value, boolean ifEmpty)
      throws RejectedRowException {
    return switch (value.toLowerCase(Locale.ROOT)) {
      case "" -> ifEmpty;
      case "true", "t", "yes", "1" -> true;
      case "false", "f", "no", "0" -> false;
      default -> throw new RejectedRowException(column + " is neither true nor false");
    };
  }

  private static @Nullable String totpSecret(String value) throws RejectedRowException {
    if (value.isEmpty()) {
      return null;
    }
    if (value.length() > 2 * MAX_TOTP_DIGITS) {
      // Before the expressions below, whose time grows with the square of the padding.
      throw new RejectedRowException("totp_secret is too long");
    }
    String secret = value.replaceAll("[ -]", "").replaceAll("=+$", "");
    if (!BASE32.matcher(secret).matches()) {
      throw new RejectedRowException("totp_secret is not Base32");
    }
    if (secret.length() < MIN_TOTP_DIGITS || secret.length() > MAX_TOTP_DIGITS) {
      throw new RejectedRowException(
          "totp_secret is not "
              + MIN_TOTP_DIGITS
              + " to "
              + MAX_TOTP_DIGITS
              + " Base32 characters long");
    }
    return secret.toUpperCase(Locale.ROOT);
  }

  private static List<String> backupCodes(List<String> hashes) throws RejectedRowException {
    if (hashes.size() > MAX_BACKUP_CODES) {
      throw new RejectedRowException("backup_code_hashes: more than " + MAX_BACKUP_CODES);
    }
    Set<String> codes = new LinkedHashSet<>();
    for (String text : hashes) {
      String hash = text.toLowerCase(Locale.ROOT);
      if (!ApiKeyEntry.HASH.matcher(hash).matches()) {
        throw new RejectedRowException("backup_code_hashes: not 64 hexadecimal digits (a SHA-256)");
      }
      if (!codes.add(hash)) {
        throw new RejectedRowException("backup_code_hashes: a code is there twice");
      }
    }
    return List.copyOf(codes);
  }

  private List<ApiKeyEntry> apiKeys(List<ApiKeyEntry> keys) throws RejectedRowException {
    List<ApiKeyEntry> checked = new ArrayList<>();
    for (ApiKeyEntry key : keys) {
      String hash = key.hash().toLowerCase(Locale.ROOT);
      if (!ApiKeyEntry.HASH.matcher(hash).matches()) {
        throw new RejectedRowException("api_key_hashes: not 64 hexadecimal digits (a SHA-256)");
      }
      String name = key.name() == null ? "Imported key " + (checked.size() + 1) : key.name();
      if (name.isBlank()
          || name.length() > ApiKeyLimits.MAX_NAME
          || FORBIDDEN.matcher(name).find()) {
        throw new RejectedRowException(
            "api_key_hashes: a name is not 1 to " + ApiKeyLimits.MAX_NAME + " characters");
      }
      rejectUnpairedSurrogates(Columns.API_KEY_HASHES, name);
      List<String> scopes = key.scopes() == null ? options.apiKeyScopes() : key.scopes();
      realm.requireScopes(scopes);
      checked.add(key.checked(hash, name, scopes));
    }
    return checked;
  }
}
