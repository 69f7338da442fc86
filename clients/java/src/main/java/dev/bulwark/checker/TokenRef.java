package dev.bulwark.checker;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * The parts of a token that a check needs. Verify signature, issuer and times of the token first,
 * {@code exp} without leeway: Redis deletes a revoked token then.
 *
 * @param jti claim {@code jti} (RFC 7519, section 4.1.7); null if the token has none
 * @param issuedAt claim {@code iat}; null if unknown
 */
public record TokenRef(@Nullable String jti, @Nullable Instant issuedAt) {}
