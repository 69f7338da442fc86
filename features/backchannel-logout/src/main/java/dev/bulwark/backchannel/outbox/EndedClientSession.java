package dev.bulwark.backchannel.outbox;

import org.jspecify.annotations.Nullable;

/**
 * The session of a client that has ended, or is about to.
 *
 * @param clientId Keycloak's own id of the client
 * @param sessionId of the user session
 * @param offline whether it is the offline session of that id
 * @param lastUsed when the client last got tokens of it, seconds since 1970
 * @param data what Keycloak stores of it, JSON
 */
public record EndedClientSession(
    String realmId,
    String clientId,
    String sessionId,
    @Nullable String userId,
    boolean offline,
    int lastUsed,
    String data) {}
