package dev.bulwark.revocation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.bulwark.contract.ApiKeyClaims;
import dev.bulwark.contract.RevocationObserver;
import dev.bulwark.redis.process.RedisProcess;
import dev.bulwark.redis.process.TestRedis;
import dev.bulwark.revocation.ledger.TestDatabase;
import dev.bulwark.revocation.metrics.RevocationMetrics;
import dev.bulwark.revocation.sessions.EndedSessionEviction;
import dev.bulwark.revocation.worker.SwitchedRealms;
import dev.bulwark.testing.MapScope;
import dev.bulwark.trace.Spans;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.lang.reflect.Proxy;
import java.time.Clock;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.keycloak.models.AuthenticatedClientSessionModel;
import org.keycloak.models.ClientModel;
import org.keycloak.models.ClientSessionContext;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;
import org.keycloak.models.UserModel;
import org.keycloak.models.UserSessionModel;
import org.keycloak.protocol.oidc.token.TokenPostProcessorContext;
import org.keycloak.representations.AccessToken;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.RedisClient;
import redis.clients.jedis.UnifiedJedis;

/** R1: tokens that can have no row in the ledger. */
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

  /** R3: the database would reject the row, and others would wait for it until it expires. */
  @Test
  void aTextThatNoColumnTakesIsNoPartOfARow() {
    String tooLong = "s".repeat(256);
    assertThat(sessionOfRow("onrtac:1", "given")).isEqualTo("given");
    assertThat(sessionOfRow("onrtac:1", null)).isEqualTo("session");
    assertThat(sessionOfRow("onrtac:1", tooLong)).isEqualTo("session");
    assertThat(sessionOfRow("onrtac:1", "with \0")).isEqualTo("session");
    assertThat(sessionOfRow("trrtcc:1", tooLong)).isNull();
    AccessToken token = token("with \0");
    assertThat(TokenLedgerProvider.canHaveRow(token)).isFalse();
    token.id("onrtac:1");
    token.setOtherClaims(ApiKeyClaims.KEY_ID, "with \0");
    assertThat(TokenLedgerProvider.row(token, issuing(), 1).apiKeyId()).isNull();
  }

  private static @Nullable String sessionOfRow(String jti, @Nullable String claim) {
    AccessToken token = token(jti);
    token.setSessionId(claim);
    return TokenLedgerProvider.row(token, issuing(), 1).sessionId();
  }

  private static AuthenticatedClientSessionModel issuing() {
    UserModel user = answering(UserModel.class, Map.of("getId", "user"));
    return answering(
        AuthenticatedClientSessionModel.class,
        Map.of(
            "getRealm", answering(RealmModel.class, Map.of("getId", "realm")),
            "getClient", answering(ClientModel.class, Map.of("getId", "client")),
            "getUserSession",
                answering(UserSessionModel.class, Map.of("getId", "session", "getUser", user))));
  }

  @Test
  void noneLeaves() throws Exception {
    SimpleMeterRegistry registry = new SimpleMeterRegistry();
    try (TestDatabase database = new TestDatabase();
        RedisProcess redis = RedisProcess.start();
        UnifiedJedis client =
            RedisClient.builder().hostAndPort(new HostAndPort("127.0.0.1", redis.port())).build();
        RevocationService service =
            new RevocationService(
                RevocationConfig.from(MapScope.of()),
                database.ledger(),
                new SwitchedRealms(database.ledger(), true, Clock.systemUTC(), System::nanoTime),
                new TestRedis(client, ""),
                tokens -> Set.of(),
                (realmId, userId, tokens) -> {},
                true,
                true,
                new EndedSessionEviction((sessionId, offline) -> {}, Clock.systemUTC()),
                "",
                RevocationObserver.NONE,
                new RevocationMetrics(registry, Clock.systemUTC()),
                new Spans(),
                Clock.systemUTC())) {
      TokenLedgerProvider provider =
          new TokenLedgerProvider(failing(KeycloakSession.class), service);
      assertThatThrownBy(() -> provider.process(issuing("x".repeat(300))))
          .hasMessageContaining("a jti of at most 255 characters");
      assertThat(counter(registry, "ledger.failures")).isEqualTo(1);
      // Keycloak fails when it is asked for the session.
      TokenPostProcessorContext failing = issuing("onrtac:1");
      assertThatThrownBy(() -> provider.process(failing)).isInstanceOf(RuntimeException.class);
    }
  }

  private static TokenPostProcessorContext issuing(String jti) {
    return new TokenPostProcessorContext(
        null,
        null,
        null,
        token(jti),
        answering(ClientSessionContext.class, Map.of("getClientSession", issuing())));
  }

  private static AccessToken token(String jti) {
    AccessToken token = new AccessToken();
    token.id(jti);
    token.exp(100L);
    token.iat(90L);
    return token;
  }

  private static double counter(SimpleMeterRegistry registry, String name) {
    return registry.get("bulwark.revocation." + name).counter().count();
  }

  private static <T> T failing(Class<T> type) {
    return answering(type, Map.of());
  }

  /** Fails where it has no answer to a method. */
  private static <T> T answering(Class<T> type, Map<String, Object> answers) {
    return type.cast(
        Proxy.newProxyInstance(
            type.getClassLoader(),
            new Class<?>[] {type},
            (proxy, method, arguments) -> {
              Object answer = answers.get(method.getName());
              if (answer == null) {
                throw new IllegalStateException("Keycloak fails");
              }
              return answer;
            }));
  }
}
