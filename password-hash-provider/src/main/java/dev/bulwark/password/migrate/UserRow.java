package dev.bulwark.password.migrate;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A user as the input has it, unchecked; absent texts are empty.
 *
 * @param emailVerified empty where the row does not say; null where the input has no such column
 * @param apiKeys in the order of the input
 */
record UserRow(
    String username,
    String email,
    String passwordHash,
    String firstName,
    String lastName,
    String enabled,
    @Nullable String emailVerified,
    String totpSecret,
    List<ApiKeyEntry> apiKeys) {}
