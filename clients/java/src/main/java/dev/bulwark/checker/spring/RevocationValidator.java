package dev.bulwark.checker.spring;

import dev.bulwark.checker.RevocationChecker;
import dev.bulwark.checker.TokenRef;
import java.time.Clock;
import java.util.Set;
import org.springframework.security.oauth2.core.OAuth2TokenValidator;
import org.springframework.security.oauth2.core.OAuth2TokenValidatorResult;
import org.springframework.security.oauth2.jwt.Jwt;
import org.springframework.security.oauth2.jwt.JwtClaimNames;

/**
 * Rejects revoked tokens with {@code invalid_token} (RFC 6750, section 3.1). The decoder calls it
 * after it has verified the signature. Put it behind the validators of issuer, audience and times.
 *
 * <p>It also rejects a token that is no access token by Keycloak's claim {@code typ}. An
 * application's ID tokens have the same audience, and their ids are never among the revoked ones.
 *
 * <p>It also rejects, without leeway, a token whose {@code exp} has passed, and a token without
 * one. Redis deletes a revoked token at its {@code exp}, while Spring's own validator of times
 * accepts it for another 60 s. Thread-safe.
 */
public final class RevocationValidator implements OAuth2TokenValidator<Jwt> {

  private final RevocationChecker checker;
  private final TokenRules rules;

  /** Over a checker, which stays the caller's to close. Only tokens of type Bearer are accepted. */
  public RevocationValidator(RevocationChecker checker) {
    this(checker, TokenRules.BEARER);
  }

  /**
   * For other types of tokens.
   *
   * @param checker stays the caller's to close
   * @param tokenTypes accepted values of the claim {@code typ}, without regard to case. Keycloak's
   *     access tokens have {@code Bearer}, those bound by DPoP {@code DPoP}. An application that
   *     accepts these must verify the proof
   * @throws IllegalArgumentException if no type is accepted, or a blank one
   */
  public RevocationValidator(RevocationChecker checker, Set<String> tokenTypes) {
    this(checker, tokenTypes, Clock.systemUTC());
  }

  RevocationValidator(RevocationChecker checker, Set<String> tokenTypes, Clock clock) {
    this.checker = checker;
    this.rules = new TokenRules(tokenTypes, "The token has no jti that could be checked", clock);
  }

  /**
   * Validates.
   *
   * @throws RevocationUnknownException if Redis cannot tell and the policy rejects such a token
   */
  @Override
  public OAuth2TokenValidatorResult validate(Jwt token) {
    return rules.validate(
        token,
        jwt ->
            checker.check(
                new TokenRef(
                    jwt.getId(), jwt.getClaimAsString(JwtClaimNames.ISS), jwt.getIssuedAt())));
  }
}
