package dev.bulwark.revocation.rules;

/**
 * A token that is to be in Redis until it expires.
 *
 * @param jti its id
 * @param expiresAt {@code exp}, seconds since 1970
 */
public record RevokedToken(String jti, long expiresAt) {}
