package dev.bulwark.revocation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bulwark.contract.RevocationObserver;
import dev.bulwark.contract.StatusPlaces;
import dev.bulwark.options.MapScope;
import dev.bulwark.redis.process.RedisProcess;
import dev.bulwark.redis.process.TestRedis;
import dev.bulwark.revocation.ledger.TestDatabase;
import dev.bulwark.revocation.metrics.RevocationMetrics;
import dev.bulwark.revocation.sessions.EndedSessionEviction;
import dev.bulwark.trace.Spans;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.lang.reflect.Proxy;
import java.time.Clock;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.keycloak.models.ClientSessionContext;
import org.keycloak.models.KeycloakSession;
import org.keycloak.protocol.oidc.token.TokenPostProcessorContext;
import org.keycloak.representations.AccessToken;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.RedisClient;
import redis.clients.jedis.UnifiedJedis;

/** Tokens that are issued without a row in the ledger. */
class TokenLedgerProviderTest {

  @ParameterizedTest
  @CsvSource({
    "255, 100, 90, true",
    "256, 100, 90, false",
    "0, 100, 90, false",
    "36, , 90, false",
    "36, 100, , false"
  })
  void aRowNeedsAKeyAndTimes(int lengthOfJti, Long exp, Long iat, boolean expected) {
    AccessToken token = new AccessToken();
    if (lengthOfJti > 0) {
      token.id("x".repeat(lengthOfJti));
    }
    token.exp(exp);
    token.iat(iat);
    assertThat(TokenLedgerProvider.canHaveRow(token)).isEqualTo(expected);
  }

  @Test
  void eachIsCounted() throws Exception {
    SimpleMeterRegistry registry = new SimpleMeterRegistry();
    try (TestDatabase database = new TestDatabase();
        RedisProcess redis = RedisProcess.start();
        UnifiedJedis client =
            RedisClient.builder().hostAndPort(new HostAndPort("127.0.0.1", redis.port())).build();
        RevocationService service =
            new RevocationService(
                RevocationConfig.from(MapScope.of()),
                database.ledger(),
                0,
                new TestRedis(client, ""),
                tokens -> Set.of(),
                true,
                true,
                new EndedSessionEviction((sessionId, offline) -> {}, Clock.systemUTC()),
                () -> 1,
                "",
                RevocationObserver.NONE,
                StatusPlaces.NONE,
                new RevocationMetrics(registry, Clock.systemUTC()),
                new Spans(),
                Clock.systemUTC())) {
      TokenLedgerProvider provider =
          new TokenLedgerProvider(failing(KeycloakSession.class), service);
      provider.process(issuing("x".repeat(300)));
      assertThat(counter(registry, "ledger.lost")).isEqualTo(1);
      // Keycloak fails when it is asked for the session.
      provider.process(issuing("onrtac:1"));
      assertThat(counter(registry, "ledger.lost")).isEqualTo(2);
      assertThat(counter(registry, "ledger.failures")).isEqualTo(2);
    }
  }

  private static TokenPostProcessorContext issuing(String jti) {
    AccessToken token = new AccessToken();
    token.id(jti);
    token.exp(100L);
    token.iat(90L);
    return new TokenPostProcessorContext(
        null, null, null, token, failing(ClientSessionContext.class));
  }

  private static double counter(SimpleMeterRegistry registry, String name) {
    return registry.get("bulwark.revocation." + name).counter().count();
  }

  private static <T> T failing(Class<T> type) {
    return type.cast(
        Proxy.newProxyInstance(
            type.getClassLoader(),
            new Class<?>[] {type},
            (proxy, method, arguments) -> {
              throw new IllegalStateException("Keycloak fails");
            }));
  }
}
