package dev.bulwark.checker.spring;

import dev.bulwark.checker.RevocationChecker;
import java.time.Clock;
import java.util.Objects;
import java.util.Optional;
import org.springframework.security.oauth2.core.OAuth2TokenValidatorResult;
import org.springframework.security.oauth2.jwt.Jwt;

/** {@link RevocationValidator} at another time than now. */
public final class ValidatorAt {

  private ValidatorAt() {}

  /** Why a token is refused, in the words of the conformance cases; empty if it is accepted. */
  public static Optional<String> problem(RevocationChecker checker, Clock clock, Jwt token) {
    try {
      OAuth2TokenValidatorResult result =
          new RevocationValidator(checker, TokenRules.BEARER, clock).validate(token);
      return result.getErrors().stream()
          .findFirst()
          .map(
              error ->
                  switch (Objects.requireNonNullElse(error.getDescription(), "")) {
                    case "The token has been revoked" -> "revoked";
                    case "The token has expired" -> "expired";
                    default -> "malformed";
                  });
    } catch (RevocationUnknownException e) {
      return Optional.of("unknown");
    }
  }
}
