package dev.bulwark.checker.spring;

import dev.bulwark.checker.Verdict;
import java.time.Clock;
import java.time.Instant;
import java.util.Locale;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.springframework.security.oauth2.core.OAuth2Error;
import org.springframework.security.oauth2.core.OAuth2TokenValidatorResult;
import org.springframework.security.oauth2.jwt.Jwt;

/**
 * What {@link RevocationValidator} and {@link StatusListValidator} ask of a token beside its
 * revocation: it is an access token, and its {@code exp} has not come. Thread-safe.
 */
final class TokenRules {

  /** Keycloak's claim {@code typ} of an access token that is not bound to a key. */
  static final Set<String> BEARER = Set.of("Bearer");

  private static final String RFC = "https://www.rfc-editor.org/rfc/rfc6750#section-3.1";
  private static final OAuth2TokenValidatorResult REVOKED = failure("The token has been revoked");
  private static final OAuth2TokenValidatorResult EXPIRED = failure("The token has expired");
  private static final OAuth2TokenValidatorResult NO_EXPIRY = failure("The token has no exp");
  private static final OAuth2TokenValidatorResult OTHER_TYPE =
      failure("The token is not an access token");

  private final Set<String> types;
  private final OAuth2TokenValidatorResult malformed;
  private final Clock clock;

  /**
   * Rules.
   *
   * @param types accepted values of the claim {@code typ}, without regard to case
   * @param malformed says what a token lacks that is {@link Verdict#MALFORMED}
   * @throws IllegalArgumentException if no type is accepted, or a blank one
   */
  TokenRules(Set<String> types, String malformed, Clock clock) {
    if (types.isEmpty() || types.stream().anyMatch(String::isBlank)) {
      throw new IllegalArgumentException("token types: at least one, such as Bearer");
    }
    this.types = types.stream().map(TokenRules::folded).collect(Collectors.toUnmodifiableSet());
    this.malformed = failure(malformed);
    this.clock = clock;
  }

  /**
   * Validates.
   *
   * @param check asked only about an access token that has not expired
   * @throws RevocationUnknownException if nobody can tell
   */
  OAuth2TokenValidatorResult validate(Jwt token, Function<Jwt, Verdict> check) {
    if (!(token.getClaims().get("typ") instanceof String type) || !types.contains(folded(type))) {
      return OTHER_TYPE;
    }
    Instant expiry = token.getExpiresAt();
    if (expiry == null) {
      return NO_EXPIRY;
    }
    if (!expiry.isAfter(clock.instant())) {
      return EXPIRED;
    }
    return switch (check.apply(token)) {
      // Once more: a revoked token may have been forgotten just before the question.
      case LIVE, LIVE_STALE ->
          expiry.isAfter(clock.instant()) ? OAuth2TokenValidatorResult.success() : EXPIRED;
      case REVOKED -> REVOKED;
      case MALFORMED -> malformed;
      case UNKNOWN -> throw new RevocationUnknownException();
    };
  }

  /** Keycloak writes {@code bearer} for clients that want the type in lower case. */
  private static String folded(String type) {
    return type.toLowerCase(Locale.ROOT);
  }

  private static OAuth2TokenValidatorResult failure(String description) {
    return OAuth2TokenValidatorResult.failure(new OAuth2Error("invalid_token", description, RFC));
  }
}
