package dev.bulwark.password.migrate;

import dev.bulwark.password.foreign.StoredHash;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A user who will be imported, checked.
 *
 * @param username lower case
 * @param email lower case; null for none
 * @param password null for none
 * @param totpSecret Base32 in upper case without padding; null for none
 */
record UserRecord(
    String username,
    @Nullable String email,
    boolean emailVerified,
    @Nullable String firstName,
    @Nullable String lastName,
    boolean enabled,
    @Nullable StoredHash password,
    @Nullable String totpSecret,
    List<ApiKeyEntry> apiKeys) {}
