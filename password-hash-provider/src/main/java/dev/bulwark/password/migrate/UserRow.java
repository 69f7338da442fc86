package dev.bulwark.password.migrate;

import java.util.List;

/**
 * A user as the input has it, unchecked; absent texts are empty.
 *
 * @param apiKeys in the order of the input
 */
record UserRow(
    String username,
    String email,
    String passwordHash,
    String firstName,
    String lastName,
    String enabled,
    String emailVerified,
    String totpSecret,
    List<ApiKeyEntry> apiKeys) {}
