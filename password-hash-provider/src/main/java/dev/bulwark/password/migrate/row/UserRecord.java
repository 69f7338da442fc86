package dev.bulwark.password.migrate.row;

import dev.bulwark.password.foreign.StoredHash;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A user who will be imported, checked.
 *
 * @param id that of the other application: letters, digits, dots, hyphens and underscores; null for
 *     none
 * @param username lower case
 * @param email lower case; null for none
 * @param password null for none
 * @param roles of the realm, beside the default role
 * @param identities with the provider's alias in the realm
 * @param totpSecret Base32 in upper case without padding; null for none
 * @param backupCodes SHA-256 in lower-case hexadecimal; none without a TOTP secret
 */
public record UserRecord(
    @Nullable String id,
    String username,
    @Nullable String email,
    boolean emailVerified,
    PersonName name,
    boolean enabled,
    @Nullable StoredHash password,
    List<String> roles,
    List<Identity> identities,
    @Nullable String totpSecret,
    List<String> backupCodes,
    List<ApiKeyEntry> apiKeys) {}
