package dev.bulwark.password.migrate.row;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A user as the input has it, unchecked; absent texts are empty.
 *
 * @param id that of the other application
 * @param legacyLoginName by which the old application knows the user whose password it checks
 * @param name the whole name, of an application that has no first and last name
 * @param emailVerified empty where the row does not say; null where the input has no such column
 * @param backupCodes hashes of the codes that are left
 * @param apiKeys in the order of the input
 */
public record UserRow(
    String id,
    String username,
    String email,
    String passwordHash,
    String legacyLoginName,
    String name,
    String firstName,
    String lastName,
    String enabled,
    @Nullable String emailVerified,
    List<String> roles,
    List<Identity> identities,
    String totpSecret,
    List<String> backupCodes,
    List<ApiKeyEntry> apiKeys) {}
