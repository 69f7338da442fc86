package dev.bulwark.checker;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * The parts of a token that a check needs. Verify signature, issuer and times of the token first,
 * {@code exp} without leeway: Redis deletes a revoked token then.
 *
 * @param jti claim {@code jti} (RFC 7519, section 4.1.7); null if the token has none
 * @param issuer claim {@code iss}, which names the realm; null if the token has none: then nobody
 *     can tell whether it is good ({@link Verdict#UNKNOWN})
 * @param issuedAt claim {@code iat}; null if unknown. It shows whether the token is older than
 *     Keycloak's record of the realm's tokens ({@link Verdict#UNKNOWN}), and bounded staleness uses
 *     it
 */
public record TokenRef(@Nullable String jti, @Nullable String issuer, @Nullable Instant issuedAt) {}
