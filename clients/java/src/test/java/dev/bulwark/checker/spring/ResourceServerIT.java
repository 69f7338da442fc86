package dev.bulwark.checker.spring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.RSASSASigner;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import dev.bulwark.checker.CheckerOptions;
import dev.bulwark.checker.RedisProcess;
import dev.bulwark.checker.RevocationChecker;
import dev.bulwark.checker.TestApp;
import dev.bulwark.checker.jedis.JedisAccess;
import dev.bulwark.checker.jedis.JedisSettings;
import java.net.http.HttpResponse;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.interfaces.RSAPublicKey;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.Date;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.NullSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.config.annotation.web.configuration.EnableWebSecurity;
import org.springframework.security.oauth2.core.DelegatingOAuth2TokenValidator;
import org.springframework.security.oauth2.jwt.Jwt;
import org.springframework.security.oauth2.jwt.JwtAudienceValidator;
import org.springframework.security.oauth2.jwt.JwtDecoder;
import org.springframework.security.oauth2.jwt.JwtValidators;
import org.springframework.security.oauth2.jwt.NimbusJwtDecoder;
import org.springframework.security.web.SecurityFilterChain;
import org.springframework.web.context.ContextLoaderListener;
import org.springframework.web.context.support.AnnotationConfigWebApplicationContext;
import org.springframework.web.filter.DelegatingFilterProxy;

/** Spring Security's resource server in Tomcat with tokens of a key made here. (R5, J4) */
class ResourceServerIT {

  private static final String ISSUER = "https://keycloak.example/realms/app";

  private static final String AUDIENCE = "tasks";

  private static RedisProcess redis;
  private static RevocationChecker checker;
  private static KeyPair keys;
  private static TestApp app;

  @BeforeAll
  static void start() throws Exception {
    redis = RedisProcess.start();
    checker =
        new RevocationChecker(
            JedisAccess.standalone("127.0.0.1", redis.port(), JedisSettings.defaults()),
            CheckerOptions.builder().retryInterval(Duration.ofMillis(50)).build());
    KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
    generator.initialize(2048);
    keys = generator.generateKeyPair();
    NimbusJwtDecoder decoder =
        NimbusJwtDecoder.withPublicKey((RSAPublicKey) keys.getPublic()).build();
    decoder.setJwtValidator(
        new DelegatingOAuth2TokenValidator<>(
            JwtValidators.createDefaultWithIssuer(ISSUER), new JwtAudienceValidator(AUDIENCE)));
    JwtDecoder checked = new RevocationJwtDecoder(decoder, checker);

    AnnotationConfigWebApplicationContext context = new AnnotationConfigWebApplicationContext();
    context.register(Security.class);
    context.addBeanFactoryPostProcessor(
        factory -> factory.registerSingleton("jwtDecoder", checked));
    app =
        new TestApp(
            List.of(new ContextLoaderListener(context)),
            List.of(
                new RevocationUnknownFilter(),
                new DelegatingFilterProxy("springSecurityFilterChain")));
    redis.feed();
  }

  @AfterAll
  static void stop() throws Exception {
    app.close();
    checker.close();
    redis.close();
  }

  @Configuration
  @EnableWebSecurity
  static class Security {

    @Bean
    SecurityFilterChain filters(HttpSecurity http, JwtDecoder decoder) throws Exception {
      return http.authorizeHttpRequests(requests -> requests.anyRequest().authenticated())
          .oauth2ResourceServer(server -> server.jwt(jwt -> jwt.decoder(decoder)))
          .build();
    }
  }

  @Test
  void aGoodTokenIsLetThroughAndARevokedOneIsInvalid() throws Exception {
    String token = token("onrtac:1", Duration.ofMinutes(15));
    assertThat(get(token).body()).isEqualTo("hello");

    redis.revoke("onrtac:1");

    assertInvalid(get(token), "The token has been revoked");
    assertThat(get(token("onrtac:2", Duration.ofMinutes(15))).statusCode()).isEqualTo(200);
  }

  /** Spring's own validator accepts it for 60 s more, when Redis has forgotten it. */
  @Test
  void aTokenIsRefusedFromItsExpOnWithoutLeeway() throws Exception {
    assertInvalid(get(token("onrtac:5", Duration.ofSeconds(-10))), "The token has expired");
    assertInvalid(get(token("onrtac:5", null)), "The token has no exp");
  }

  /** In seconds; also where {@code exp} comes while Redis is asked. */
  @ParameterizedTest(name = "left {0} before, {1} after: {2}")
  @CsvSource({"1, 1, true", "0, 0, false", "-10, -10, false", "1, 0, false"})
  void expIsTheFirstMomentOfRefusal(long before, long after, boolean accepted) {
    Instant expiry = Instant.now().plusSeconds(60);
    Clock clock = new SteppedClock(expiry.minusSeconds(before), expiry.minusSeconds(after));
    Jwt token =
        Jwt.withTokenValue("t")
            .issuer("https://sso.example.org/realms/app")
            .header("alg", "RS256")
            .claim("typ", "Bearer")
            .jti("onrtac:6")
            .expiresAt(expiry)
            .build();
    assertThat(
            new RevocationValidator(checker, TokenRules.BEARER, clock).validate(token).hasErrors())
        .isEqualTo(!accepted);
  }

  @Test
  void whatSpringRefusesIsStillRefused() throws Exception {
    assertInvalid(get(token("onrtac:3", Duration.ofMinutes(-15))), "expired");
    String token = token("onrtac:3", Duration.ofMinutes(15));
    assertInvalid(get(token.substring(0, token.length() - 8) + "AAAAAAAA"), "Invalid signature");
  }

  @Test
  void aTokenWithoutAnIdIsInvalid() throws Exception {
    assertInvalid(get(token(null, Duration.ofMinutes(15))), "The token has no jti");
    assertInvalid(get(token("a\r\nb", Duration.ofMinutes(15))), "The token has no jti");
  }

  /**
   * An ID token has the application as its audience, if it is a login client too. Its id is never
   * among the revoked ones.
   */
  @ParameterizedTest
  @ValueSource(strings = {"ID", "Refresh", "Logout", "DPoP", ""})
  @NullSource
  void onlyAnAccessTokenIsAccepted(@Nullable String type) throws Exception {
    assertInvalid(
        get(token("onrtac:7", Duration.ofMinutes(15), AUDIENCE, type)),
        "The token is not an access token");
  }

  @Test
  void otherTypesOfTokensAreAcceptedIfTheApplicationSaysSo() {
    Jwt.Builder token =
        Jwt.withTokenValue("t")
            .issuer("https://sso.example.org/realms/app")
            .header("alg", "RS256")
            .jti("onrtac:8")
            .expiresAt(Instant.now().plusSeconds(900));
    RevocationValidator both = new RevocationValidator(checker, Set.of("Bearer", "DPoP"));
    assertThat(both.validate(token.claim("typ", "Bearer").build()).hasErrors()).isFalse();
    assertThat(both.validate(token.claim("typ", "DPoP").build()).hasErrors()).isFalse();
    // As Keycloak writes it for a client that wants the type in lower case.
    assertThat(both.validate(token.claim("typ", "bearer").build()).hasErrors()).isFalse();
    assertThat(both.validate(token.claim("typ", "ID").build()).hasErrors()).isTrue();
    assertThat(both.validate(token.claim("typ", "id").build()).hasErrors()).isTrue();
    assertThatThrownBy(() -> new RevocationValidator(checker, Set.of()))
        .isInstanceOf(IllegalArgumentException.class);
  }

  /** The token may be good, so the client is not told to throw it away. */
  @Test
  void withoutRedisTheAnswerIs503UntilItIsBack() throws Exception {
    String token = token("onrtac:4", Duration.ofMinutes(15));
    assertThat(get(token).statusCode()).isEqualTo(200);
    redis.stop();
    try {
      HttpResponse<String> response = get(token);
      assertThat(response.statusCode()).isEqualTo(503);
      assertThat(response.headers().firstValue("Retry-After")).contains("5");
      assertThat(response.headers().firstValue("WWW-Authenticate")).isEmpty();
      assertThat(response.body()).isEmpty();

      // Whatever Redis would say, these are bad: the client need not keep them.
      assertInvalid(get(token("onrtac:4", Duration.ofMinutes(15), "another")), "aud");
      assertInvalid(get(token("onrtac:4", Duration.ofMinutes(-15))), "expired");
    } finally {
      redis.startAgain();
      redis.feed();
    }
    await().until(() -> get(token).statusCode() == 200);
  }

  private static void assertInvalid(HttpResponse<String> response, String description) {
    assertThat(response.statusCode()).isEqualTo(401);
    assertThat(response.headers().firstValue("WWW-Authenticate").orElseThrow())
        .startsWith("Bearer ")
        .contains("error=\"invalid_token\"")
        .contains(description);
    assertThat(response.body()).doesNotContain("hello");
  }

  private static HttpResponse<String> get(String token) throws Exception {
    return app.get("Authorization", "Bearer " + token);
  }

  private static String token(@Nullable String jti, @Nullable Duration life) throws JOSEException {
    return token(jti, life, AUDIENCE);
  }

  private static String token(@Nullable String jti, @Nullable Duration life, String audience)
      throws JOSEException {
    return token(jti, life, audience, "Bearer");
  }

  private static String token(
      @Nullable String jti, @Nullable Duration life, String audience, @Nullable String type)
      throws JOSEException {
    Instant now = Instant.now();
    SignedJWT jwt =
        new SignedJWT(
            new JWSHeader.Builder(JWSAlgorithm.RS256).build(),
            new JWTClaimsSet.Builder()
                .issuer(ISSUER)
                .subject("alice")
                .audience(audience)
                .jwtID(jti)
                .claim("typ", type)
                .issueTime(Date.from(now.minus(Duration.ofHours(1))))
                .expirationTime(life == null ? null : Date.from(now.plus(life)))
                .build());
    jwt.sign(new RSASSASigner(keys.getPrivate()));
    return jwt.serialize();
  }

  /** The first time once, then the second. */
  private static final class SteppedClock extends Clock {
    private final Instant second;
    private Instant next;

    SteppedClock(Instant first, Instant second) {
      this.next = first;
      this.second = second;
    }

    @Override
    public Instant instant() {
      Instant now = next;
      next = second;
      return now;
    }

    @Override
    public ZoneId getZone() {
      return ZoneOffset.UTC;
    }

    @Override
    public Clock withZone(ZoneId zone) {
      throw new UnsupportedOperationException();
    }
  }
}
