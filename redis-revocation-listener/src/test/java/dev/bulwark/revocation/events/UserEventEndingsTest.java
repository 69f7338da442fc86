package dev.bulwark.revocation.events;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bulwark.revocation.events.EventContext.RequestToken;
import dev.bulwark.revocation.rules.Ending;
import dev.bulwark.revocation.rules.EndingKind;
import dev.bulwark.revocation.rules.Endings;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.keycloak.events.Event;
import org.keycloak.events.EventType;

class UserEventEndingsTest {

  private static final Endings OF = new Endings("TEST", 1);

  private final Map<String, RequestToken> form = new HashMap<>();

  private final EventContext context =
      new EventContext() {
        @Override
        public @Nullable RequestToken requestToken(String parameter) {
          return form.get(parameter);
        }

        @Override
        public boolean isUserEnabled(String userId) {
          return true;
        }

        @Override
        public long userNotBefore(String userId) {
          return 0;
        }

        @Override
        public boolean hasNewAddress() {
          return false;
        }

        @Override
        public boolean hasOrganizationsOff() {
          return false;
        }

        @Override
        public boolean isUserStore(String componentId) {
          return componentId.equals("ldap");
        }

        @Override
        public boolean isRealmEnabled() {
          return true;
        }

        @Override
        public boolean hasChanged(String clientId) {
          return clientId.equals("changed");
        }

        @Override
        public @Nullable String clientOf(String name) {
          return name.equals("gone") ? null : name;
        }

        @Override
        public boolean isKeyProvider(String componentId) {
          return false;
        }

        @Override
        public long realmNotBefore() {
          return 0;
        }
      };

  private static Event event(EventType type) {
    Event event = new Event();
    event.setType(type);
    event.setTime(5_000_000);
    event.setRealmId("r");
    event.setDetails(new HashMap<>());
    return event;
  }

  private List<Ending> endings(Event event) {
    return UserEventEndings.of(event, context);
  }

  /** The session id may be born again, and an offline twin may live on: Keycloak judges. */
  /** It names a session for those who listen to events of sessions. */
  @Test
  void aGlobalTokenRevocationEndsEverythingOfTheUser() {
    Event event = event(EventType.LOGOUT);
    event.setUserId("u");
    event.setSessionId("s");
    event.setDetails(Map.of("reason", "global_token_revocation"));
    Ending ending = only(endings(event));
    assertThat(ending.target()).isEqualTo(OF.user("r", "u").target());
  }

  @ParameterizedTest
  @EnumSource(names = {"LOGOUT", "USER_SESSION_DELETED"})
  void anEndedSessionIsVerified(EventType type) {
    Event event = event(type);
    event.setSessionId("s");
    event.setUserId("u");
    Ending ending = only(endings(event));
    assertThat(ending.target()).isEqualTo(OF.session("r", "s").target());
    assertThat(ending.cause()).isEqualTo(type.name());
    event.setSessionId(null);
    assertThat(only(endings(event)).target()).isEqualTo(OF.user("r", "u").target());
  }

  @Test
  void revokedAccessTokenComesFromTheRequest() {
    Event event = event(EventType.REVOKE_GRANT);
    event.setUserId("u");
    event.getDetails().put("token_id", "jti");
    form.put("token", new RequestToken("jti", "s", 99));
    Ending ending = only(endings(event));
    assertThat(ending.target()).isEqualTo(OF.token("r", "jti", 99).target());

    event.getDetails().put("token_exchange_revoked_clients", "other");
    assertThat(endings(event))
        .extracting(Ending::kind)
        .containsExactly(EndingKind.TOKEN, EndingKind.SESSION);

    form.put("token", new RequestToken("another", "s", 99));
    ending = only(endings(event));
    assertThat(ending.target())
        .as("never a token that the event does not name")
        .isEqualTo(OF.user("r", "u").target());
  }

  @ParameterizedTest
  @CsvSource({"Refresh", "Offline"})
  void aRevokedRefreshTokenHasItsSessionVerified(String refreshTokenType) {
    Event event = event(EventType.REVOKE_GRANT);
    event.setUserId("u");
    event.setSessionId("s");
    event.setClientId("cli");
    event.getDetails().put("refresh_token_type", refreshTokenType);
    Ending ending = only(endings(event));
    assertThat(ending.target()).isEqualTo(OF.session("r", "s").target());
  }

  @Test
  void aReusedTokenIsFoundThroughTheRequestAndVerified() {
    Event refresh = event(EventType.REFRESH_TOKEN_ERROR);
    refresh.setError("invalid_token");
    assertThat(endings(refresh)).isEmpty();
    form.put("refresh_token", new RequestToken("x", "s", 99));
    assertThat(only(endings(refresh)).target()).isEqualTo(OF.session("r", "s").target());
    refresh.setError("invalid_client");
    assertThat(endings(refresh)).isEmpty();

    Event code = event(EventType.CODE_TO_TOKEN_ERROR);
    code.setError("invalid_code");
    code.getDetails().put("code_id", "s2");
    assertThat(only(endings(code)).sessionId()).isEqualTo("s2");
  }

  @Test
  void aLockedOutUserIsVerified() {
    Event event = event(EventType.USER_DISABLED_BY_PERMANENT_LOCKOUT);
    event.setUserId("u");
    Ending ending = only(endings(event));
    assertThat(ending.target()).isEqualTo(OF.user("r", "u").target());
  }

  @ParameterizedTest
  @EnumSource(names = {"REMOVE_CREDENTIAL", "UPDATE_CREDENTIAL"})
  void aDeadApiKey(EventType type) {
    Event event = event(type);
    assertThat(endings(event)).isEmpty();
    event.getDetails().put("credential_type", "otp");
    event.getDetails().put("credential_id", "c1");
    assertThat(endings(event)).isEmpty();
    event.getDetails().put("credential_type", "api-key");
    assertThat(only(endings(event)).target()).isEqualTo(OF.apiKey("r", "c1").target());
    event.getDetails().put("api_key_id", "k1");
    assertThat(only(endings(event)).target()).isEqualTo(OF.apiKey("r", "k1").target());
  }

  @ParameterizedTest
  @CsvSource({"1700000000000, 1700000000", "1700000000001, 1700000001", "soon,", "-1,"})
  void aRotatedApiKeyEndsLater(String end, @Nullable Long second) {
    Event event = event(EventType.UPDATE_CREDENTIAL);
    event.getDetails().put("credential_type", "api-key");
    event.getDetails().put("api_key", "k1");
    assertThat(endings(event)).isEmpty();
    event.getDetails().put("api_key_ends_at", end);
    if (second == null) {
      assertThat(endings(event)).isEmpty();
      return;
    }
    Ending ending = only(endings(event));
    assertThat(ending.target()).isEqualTo(OF.apiKeyEnding("r", "k1", second * 1000).target());
    assertThat(ending.isInForce(second * 1000 - 1)).isFalse();
    assertThat(ending.isInForce(second * 1000)).isTrue();
  }

  @ParameterizedTest
  @EnumSource(
      names = {"LOGIN", "REFRESH_TOKEN", "UPDATE_PASSWORD", "USER_DISABLED_BY_TEMPORARY_LOCKOUT"})
  void mostEventsRevokeNothing(EventType type) {
    Event event = event(type);
    event.setUserId("u");
    event.setSessionId("s");
    assertThat(endings(event)).isEmpty();
  }

  @Test
  void anEventWithoutRealmRevokesNothing() {
    Event event = event(EventType.LOGOUT);
    event.setRealmId(null);
    event.setSessionId("s");
    assertThat(endings(event)).isEmpty();
  }

  private static Ending only(List<Ending> endings) {
    assertThat(Set.copyOf(endings)).hasSize(1);
    return endings.get(0);
  }
}
