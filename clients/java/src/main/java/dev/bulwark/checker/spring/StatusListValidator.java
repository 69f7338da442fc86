package dev.bulwark.checker.spring;

import dev.bulwark.checker.statuslist.StatusListChecker;
import java.time.Clock;
import java.util.Set;
import org.springframework.security.oauth2.core.OAuth2TokenValidator;
import org.springframework.security.oauth2.core.OAuth2TokenValidatorResult;
import org.springframework.security.oauth2.jwt.Jwt;

/**
 * Rejects tokens that are revoked by their Token Status List with {@code invalid_token} (RFC 6750,
 * section 3.1). The decoder calls it after it has verified the signature. Put it behind the
 * validators of issuer, audience and times.
 *
 * <p>As {@link RevocationValidator}, it also rejects a token that is no access token, and from its
 * {@code exp} on: a list need not show an expired token. Thread-safe.
 */
public final class StatusListValidator implements OAuth2TokenValidator<Jwt> {

  private final StatusListChecker checker;
  private final TokenRules rules;

  /** Over a checker. Only tokens of type Bearer are accepted. */
  public StatusListValidator(StatusListChecker checker) {
    this(checker, TokenRules.BEARER);
  }

  /**
   * For other types of tokens.
   *
   * @param tokenTypes as for {@link RevocationValidator}
   * @throws IllegalArgumentException if no type is accepted, or a blank one
   */
  public StatusListValidator(StatusListChecker checker, Set<String> tokenTypes) {
    this(checker, tokenTypes, Clock.systemUTC());
  }

  StatusListValidator(StatusListChecker checker, Set<String> tokenTypes, Clock clock) {
    this.checker = checker;
    this.rules = new TokenRules(tokenTypes, "The token has no status that could be checked", clock);
  }

  /**
   * Validates.
   *
   * @throws RevocationUnknownException if the list cannot be had
   */
  @Override
  public OAuth2TokenValidatorResult validate(Jwt token) {
    return rules.validate(token, jwt -> checker.check(jwt.getClaims().get("status")));
  }
}
