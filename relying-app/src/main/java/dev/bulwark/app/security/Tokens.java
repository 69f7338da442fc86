package dev.bulwark.app.security;

import dev.bulwark.app.settings.KeycloakSettings;
import dev.bulwark.app.settings.RedisSettings;
import dev.bulwark.checker.CheckerOptions;
import dev.bulwark.checker.RedisAccess;
import dev.bulwark.checker.RevocationChecker;
import dev.bulwark.checker.spring.RevocationValidator;
import org.jspecify.annotations.Nullable;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.security.oauth2.core.DelegatingOAuth2TokenValidator;
import org.springframework.security.oauth2.core.OAuth2TokenValidator;
import org.springframework.security.oauth2.jose.jws.SignatureAlgorithm;
import org.springframework.security.oauth2.jwt.Jwt;
import org.springframework.security.oauth2.jwt.JwtAudienceValidator;
import org.springframework.security.oauth2.jwt.JwtClaimValidator;
import org.springframework.security.oauth2.jwt.JwtDecoder;
import org.springframework.security.oauth2.jwt.JwtValidators;
import org.springframework.security.oauth2.jwt.NimbusJwtDecoder;
import org.springframework.web.client.RestTemplate;

/** Which access tokens are accepted. */
@Configuration(proxyBeanMethods = false)
class Tokens {

  /** The one connection to Redis; closed with the application. */
  @Bean
  RevocationChecker revocationChecker(RedisSettings redis) {
    CheckerOptions options =
        redis.staleness().isZero()
            ? CheckerOptions.failClosed()
            : CheckerOptions.boundedStaleness(redis.staleness());
    return new RevocationChecker(
        RedisAccess.standalone(redis.host(), redis.port(), connection(redis)),
        options.withPrefix(redis.prefix() == null ? "" : redis.prefix()));
  }

  private static dev.bulwark.checker.RedisSettings connection(RedisSettings redis) {
    dev.bulwark.checker.RedisSettings settings = dev.bulwark.checker.RedisSettings.defaults();
    String password = orNull(redis.password());
    if (password != null) {
      settings = settings.withCredentials(orNull(redis.username()), password);
    }
    return redis.tls() ? settings.withTls(null) : settings;
  }

  private static @Nullable String orNull(@Nullable String text) {
    return text == null || text.isEmpty() ? null : text;
  }

  /** Throws where nobody can tell, which {@link Unavailable} turns into 503. */
  @Bean
  OAuth2TokenValidator<Jwt> notRevoked(RevocationChecker checker) {
    return new RevocationValidator(checker);
  }

  /** Only signatures by the realm's own keys: neither {@code none} nor a shared secret. */
  @Bean
  JwtDecoder jwtDecoder(KeycloakSettings keycloak, OAuth2TokenValidator<Jwt> notRevoked) {
    NimbusJwtDecoder decoder =
        NimbusJwtDecoder.withJwkSetUri(keycloak.backEndpoint("certs"))
            .jwsAlgorithm(SignatureAlgorithm.RS256)
            .jwsAlgorithm(SignatureAlgorithm.ES256)
            .restOperations(new RestTemplate(KeycloakHttp.requests()))
            .build();
    decoder.setJwtValidator(rules(keycloak, notRevoked));
    return decoder;
  }

  /**
   * In this order, the question to Redis last. Spring's defaults hold the times and, for a
   * certificate-bound token (RFC 8705), its {@code cnf} against the certificate of the connection.
   */
  static OAuth2TokenValidator<Jwt> rules(
      KeycloakSettings keycloak, OAuth2TokenValidator<Jwt> notRevoked) {
    return new DelegatingOAuth2TokenValidator<>(
        JwtValidators.createDefaultWithIssuer(keycloak.issuer().toString()),
        new JwtAudienceValidator(keycloak.clientId()),
        // An ID token has this application as its audience too, and is no access token.
        new JwtClaimValidator<String>("typ", "Bearer"::equals),
        new JwtClaimValidator<String>("sub", sub -> sub != null && !sub.isBlank()),
        notRevoked);
  }
}
