package dev.bulwark.revocation.rules;

/**
 * A token that Keycloak's tables no longer seem to support. Only the oracle decides.
 *
 * @param token the ledger's row
 * @param cause what is missing, in capitals
 */
public record Suspect(LedgerToken token, String cause) {}
