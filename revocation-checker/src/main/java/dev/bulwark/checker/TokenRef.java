package dev.bulwark.checker;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What a check needs of a token whose signature, issuer and times have been verified, {@code exp}
 * without leeway: Redis forgets a revoked token then.
 *
 * @param jti claim {@code jti} (RFC 7519, section 4.1.7); null if the token has none
 * @param issuedAt claim {@code iat}; null if unknown
 */
public record TokenRef(@Nullable String jti, @Nullable Instant issuedAt) {}
