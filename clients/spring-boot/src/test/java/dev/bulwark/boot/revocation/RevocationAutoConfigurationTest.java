package dev.bulwark.boot.revocation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.bulwark.checker.CheckerOptions;
import dev.bulwark.checker.RedisAccess;
import dev.bulwark.checker.RevocationChecker;
import dev.bulwark.checker.jedis.JedisAccess;
import dev.bulwark.checker.jedis.JedisSettings;
import dev.bulwark.checker.spring.RevocationJwtDecoder;
import dev.bulwark.checker.springdata.SpringDataAccess;
import dev.bulwark.checker.statuslist.StatusListChecker;
import java.io.IOException;
import java.lang.reflect.RecordComponent;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.data.redis.RedisAutoConfiguration;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.assertj.AssertableApplicationContext;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.security.oauth2.jwt.BadJwtException;
import org.springframework.security.oauth2.jwt.Jwt;
import org.springframework.security.oauth2.jwt.JwtDecoder;
import redis.clients.jedis.UnifiedJedis;

/** What is configured with which properties and classes; Redis is not contacted. (R5) */
class RevocationAutoConfigurationTest {

  private static final String URL = "bulwark.revocation.url=redis://user:correct-horse@localhost:1";

  private final ApplicationContextRunner runner =
      new ApplicationContextRunner()
          .withConfiguration(
              AutoConfigurations.of(
                  RedisAutoConfiguration.class,
                  RevocationAutoConfiguration.class,
                  StatusListAutoConfiguration.class,
                  RevocationSecurityAutoConfiguration.class,
                  RevocationHealthAutoConfiguration.class));

  @Test
  void aUrlTakesJedis() {
    runner
        .withPropertyValues(URL)
        .run(
            context -> {
              assertThat(context).hasSingleBean(RevocationChecker.class);
              assertThat(context.getBean(RedisAccess.class)).isInstanceOf(JedisAccess.class);
              assertThat(context).hasBean("revocationHealthIndicator");
            });
  }

  @Test
  void withoutAUrlAndWithoutJedisItIsSpringDatasRedis() {
    runner
        .withClassLoader(new FilteredClassLoader(UnifiedJedis.class))
        .run(
            context ->
                assertThat(context.getBean(RedisAccess.class))
                    .isInstanceOf(SpringDataAccess.class));
  }

  @Test
  void anAccessOfTheApplicationComesFirst() {
    runner
        .withPropertyValues(URL)
        .withBean(
            "own",
            RedisAccess.class,
            () -> JedisAccess.of("redis://other:1", JedisSettings.defaults()))
        .run(context -> assertThat(context).hasSingleBean(RedisAccess.class).hasBean("own"));
  }

  /** It has its own access, which it closes. No other one is made, nor a setting of it needed. */
  @Test
  void aCheckerOfTheApplicationNeedsNoAccessBesideIt() {
    ApplicationContextRunner own =
        runner.withBean(
            "own",
            RevocationChecker.class,
            () ->
                new RevocationChecker(
                    JedisAccess.of("redis://other:1", JedisSettings.defaults()),
                    CheckerOptions.failClosed()));
    own.withPropertyValues("bulwark.revocation.url=http://redis")
        .run(RevocationAutoConfigurationTest::hasNoAccessBesideThatOfTheChecker);
    own.run(RevocationAutoConfigurationTest::hasNoAccessBesideThatOfTheChecker);
  }

  private static void hasNoAccessBesideThatOfTheChecker(AssertableApplicationContext context) {
    assertThat(context).hasSingleBean(RevocationChecker.class).hasBean("own");
    assertThat(context).hasBean("revocationHealthIndicator");
    assertThat(context.getBeanFactory().containsSingleton("revocationRedis")).isFalse();
  }

  @Test
  void aCheckerOfTheApplicationMayTakeTheAccess() {
    ApplicationContextRunner own = runner.withUserConfiguration(OwnChecker.class);
    own.withPropertyValues(URL)
        .run(
            context -> {
              assertThat(context).hasSingleBean(RevocationChecker.class).hasBean("own");
              assertThat(context.getBean(RedisAccess.class)).isInstanceOf(JedisAccess.class);
            });
    own.run(
        context -> {
          assertThat(context).hasSingleBean(RevocationChecker.class).hasBean("own");
          assertThat(context.getBean(RedisAccess.class)).isInstanceOf(SpringDataAccess.class);
        });
  }

  @Configuration(proxyBeanMethods = false)
  static class OwnChecker {

    @Bean
    RevocationChecker own(RedisAccess redis) {
      return new RevocationChecker(redis, CheckerOptions.failClosed());
    }
  }

  /** With neither, no token would be checked: the application does not start. */
  @Test
  void nobodyToAskIsNoStart() {
    new ApplicationContextRunner()
        .withConfiguration(AutoConfigurations.of(RevocationAutoConfiguration.class))
        .run(
            context ->
                assertThat(context)
                    .getFailure()
                    .rootCause()
                    .hasMessageContaining("bulwark.revocation.url")
                    .hasMessageContaining("bulwark.revocation.status-list-issuer"));
    runner
        .withClassLoader(new FilteredClassLoader(UnifiedJedis.class))
        .withPropertyValues(URL)
        .run(
            context ->
                assertThat(context)
                    .as("another Redis than the one of the URL is not asked")
                    .hasFailed());
  }

  @ParameterizedTest
  @CsvSource({
    "feed-max-age=1s, feedMaxAge",
    "staleness=2h, staleness",
    "command-timeout=0s, commandTimeout",
    "pool-size=0, poolSize",
    "url=http://redis, URL of Redis",
  })
  void aValueOutOfItsRangeIsNoStart(String property, String named) {
    runner
        .withPropertyValues(URL, "bulwark.revocation." + property)
        .run(
            context ->
                assertThat(context)
                    .getFailure()
                    .rootCause()
                    .hasMessageContaining(named)
                    .hasMessageNotContaining("correct-horse"));
  }

  @Test
  void decodersAreWrappedUnlessSwitchedOff() {
    ApplicationContextRunner withDecoder =
        runner
            .withPropertyValues(URL)
            .withBean(
                JwtDecoder.class,
                () ->
                    token -> {
                      throw new BadJwtException("bad");
                    });
    withDecoder.run(
        context ->
            assertThat(context.getBean(JwtDecoder.class)).isInstanceOf(RevocationJwtDecoder.class));
    withDecoder
        .withPropertyValues("bulwark.revocation.wrap-decoders=false")
        .run(
            context ->
                assertThat(context.getBean(JwtDecoder.class))
                    .isNotInstanceOf(RevocationJwtDecoder.class));
    withDecoder
        .withPropertyValues("bulwark.revocation.enabled=false")
        .run(context -> assertThat(context).doesNotHaveBean(RevocationChecker.class));
  }

  /** Without a jti, so that Redis is not asked. */
  @ParameterizedTest(name = "{0} of typ {1}")
  @CsvSource({
    "'', Bearer, true",
    "'', ID, false",
    "'', DPoP, false",
    "'', , false",
    "'Bearer,DPoP', DPoP, true",
    "'Bearer,DPoP', ID, false",
  })
  void onlyTokensOfAnAcceptedTypeAreChecked(String types, String type, boolean accepted) {
    Jwt.Builder token =
        Jwt.withTokenValue("t")
            .header("alg", "RS256")
            .issuer("https://sso.example.org/realms/app")
            .expiresAt(Instant.now().plusSeconds(900));
    if (type != null) {
      token.claim("typ", type);
    }
    runner
        .withPropertyValues(URL)
        .withPropertyValues(
            types.isEmpty()
                ? new String[0]
                : new String[] {"bulwark.revocation.token-types=" + types})
        .withBean(JwtDecoder.class, () -> any -> token.build())
        .run(
            context ->
                assertThatThrownBy(() -> context.getBean(JwtDecoder.class).decode("t"))
                    .hasMessageContaining(accepted ? "no jti" : "not an access token"));
  }

  @Test
  void noAcceptedTypeIsNoStart() {
    runner
        .withPropertyValues(URL, "bulwark.revocation.token-types=")
        .withBean(JwtDecoder.class, () -> any -> null)
        .run(
            context ->
                assertThat(context).getFailure().rootCause().hasMessageContaining("token types"));
  }

  /** No Redis is asked then, even if there is one. */
  @Test
  void aRealmWithStatusListsTakesThePlaceOfRedis() {
    ApplicationContextRunner lists =
        runner.withPropertyValues(
            URL, "bulwark.revocation.status-list-issuer=https://sso.example.org/realms/app");
    lists
        .withBean(
            JwtDecoder.class,
            () ->
                token -> {
                  throw new BadJwtException("bad");
                })
        .run(
            context -> {
              assertThat(context).hasSingleBean(StatusListChecker.class);
              assertThat(context).doesNotHaveBean(RevocationChecker.class);
              assertThat(context).doesNotHaveBean(RedisAccess.class);
              assertThat(context).doesNotHaveBean("revocationHealthIndicator");
              assertThat(context.getBean(JwtDecoder.class))
                  .isInstanceOf(RevocationJwtDecoder.class);
            });
    lists
        .withPropertyValues("bulwark.revocation.enabled=false")
        .run(context -> assertThat(context).doesNotHaveBean(StatusListChecker.class));
    runner
        .withPropertyValues("bulwark.revocation.status-list-issuer=sso.example.org")
        .run(
            context ->
                assertThat(context)
                    .getFailure()
                    .rootCause()
                    .hasMessageContaining("status-list-issuer"));
  }

  /** Every property is in the metadata for editors and in the README. */
  @Test
  void propertiesAreDescribed() throws IOException {
    List<String> properties =
        Arrays.stream(RevocationProperties.class.getRecordComponents())
            .map(RecordComponent::getName)
            .map(name -> name.replaceAll("([A-Z])", "-$1").toLowerCase(Locale.ROOT))
            .toList();
    String metadata =
        Files.readString(Path.of("src/main/resources/META-INF/spring-configuration-metadata.json"));
    assertThat(properties)
        .allSatisfy(
            name -> assertThat(metadata).contains("\"name\": \"bulwark.revocation." + name + "\""));
    String readme = Files.readString(Path.of("README.md"));
    assertThat(properties).allSatisfy(name -> assertThat(readme).contains("`" + name + "`"));
  }
}
