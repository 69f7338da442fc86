package dev.bulwark.app.security.token;

import com.nimbusds.jose.jwk.source.JWKSetBasedJWKSource;
import com.nimbusds.jose.jwk.source.JWKSource;
import com.nimbusds.jose.jwk.source.JWKSourceBuilder;
import com.nimbusds.jose.proc.SecurityContext;
import dev.bulwark.app.settings.KeycloakSettings;
import dev.bulwark.app.settings.RedisSettings;
import dev.bulwark.checker.RedisAccess;
import dev.bulwark.checker.jedis.JedisAccess;
import dev.bulwark.checker.jedis.JedisSettings;
import java.net.MalformedURLException;
import java.net.URI;
import java.time.Duration;
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

/** Which access tokens are accepted. */
@Configuration(proxyBeanMethods = false)
public class Tokens {

  /** How old the realm's keys get while Keycloak answers. */
  static final Duration REFRESH_AFTER = Duration.ofMinutes(5);

  /** While it does not: longer than an access token lives, which nobody can renew then. */
  static final Duration MAX_AGE = Duration.ofMinutes(30);

  /** Fetches that tokens with unknown keys may cause at once: a rotation of keys needs one. */
  static final int MAX_FETCHES = 3;

  /** Until they may cause one more. */
  static final Duration FETCH_INTERVAL = Duration.ofSeconds(5);

  /** How long a request waits for keys that another one is fetching. */
  private static final Duration MAX_WAIT = Duration.ofSeconds(10);

  /** The one connection to Redis. The starter's checker uses and closes it. */
  @Bean(destroyMethod = "")
  RedisAccess revocationRedis(RedisSettings redis) {
    JedisSettings.Builder settings = JedisSettings.builder();
    String password = orNull(redis.password());
    if (password != null) {
      settings.credentials(orNull(redis.username()), password);
    }
    if (redis.tls()) {
      settings.tls();
    }
    return JedisAccess.standalone(redis.host(), redis.port(), settings.build());
  }

  private static @Nullable String orNull(@Nullable String text) {
    return text == null || text.isEmpty() ? null : text;
  }

  /**
   * The realm's keys, fetched anew in the background from an age of {@link #REFRESH_AFTER} on, and
   * no more used from {@link #MAX_AGE} on. A key that is not among them is asked for at once,
   * within a limit (Nimbus' own would count the fetches in the background too); where it cannot be,
   * the token is not called bad (which Nimbus' own tolerance of outages would do).
   */
  @Bean
  JWKSetBasedJWKSource<SecurityContext> keys(KeycloakSettings keycloak)
      throws MalformedURLException {
    JWKSource<SecurityContext> cache =
        JWKSourceBuilder.create(
                URI.create(keycloak.backEndpoint("certs")).toURL(), KeycloakHttp.keys())
            .cache(MAX_AGE.toMillis(), MAX_WAIT.toMillis())
            .refreshAheadCache(MAX_AGE.minus(REFRESH_AFTER).toMillis(), false)
            .rateLimited(false)
            .build();
    return new JWKSetBasedJWKSource<>(
        new LimitedRefetch(
            ((JWKSetBasedJWKSource<SecurityContext>) cache).getJWKSetSource(),
            new FetchBudget(MAX_FETCHES, FETCH_INTERVAL, System::nanoTime)));
  }

  /**
   * Only signatures by the realm's own keys: neither {@code none} nor a shared secret. The starter
   * wraps the decoder: Redis is asked about the tokens that it has accepted.
   */
  @Bean
  JwtDecoder jwtDecoder(JWKSource<SecurityContext> keys, KeycloakSettings keycloak) {
    NimbusJwtDecoder decoder =
        NimbusJwtDecoder.withJwkSource(keys)
            .jwsAlgorithm(SignatureAlgorithm.RS256)
            .jwsAlgorithm(SignatureAlgorithm.ES256)
            .build();
    decoder.setJwtValidator(rules(keycloak));
    return decoder;
  }

  /**
   * Spring's defaults hold the times and, for a certificate-bound token (RFC 8705), its {@code cnf}
   * against the certificate of the connection.
   */
  public static OAuth2TokenValidator<Jwt> rules(KeycloakSettings keycloak) {
    return new DelegatingOAuth2TokenValidator<>(
        JwtValidators.createDefaultWithIssuer(keycloak.issuer().toString()),
        new JwtAudienceValidator(keycloak.clientId()),
        new AccessTokenType(),
        new JwtClaimValidator<String>("sub", sub -> sub != null && !sub.isBlank()));
  }
}
