package dev.bulwark.removal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;
import org.keycloak.models.UserModel;
import org.keycloak.models.session.UserSessionPersisterProvider;

class RemovalWatchTest {

  private final List<String> calls = new ArrayList<>();
  private final UserSessionPersisterProvider watched =
      RemovalWatch.of(persister(), any(KeycloakSession.class), List.of(new Recorder()));

  private UserSessionPersisterProvider persister() {
    return (UserSessionPersisterProvider)
        Proxy.newProxyInstance(
            getClass().getClassLoader(),
            new Class<?>[] {UserSessionPersisterProvider.class},
            (proxy, method, arguments) -> {
              calls.add(method.getName());
              if (method.getName().equals("removeExpired")) {
                throw new IllegalStateException("expired");
              }
              return method.getReturnType() == int.class ? 7 : null;
            });
  }

  /** Passed on; nothing is called on it. */
  private static <T> T any(Class<T> type) {
    return type.cast(
        Proxy.newProxyInstance(
            type.getClassLoader(),
            new Class<?>[] {type},
            (proxy, method, arguments) -> {
              throw new AssertionError(method);
            }));
  }

  private final class Recorder implements RemovalListener {

    @Override
    public void removingSession(KeycloakSession session, String sessionId, boolean offline) {
      calls.add("removing " + sessionId + " " + offline);
    }

    @Override
    public void removingClientSession(
        KeycloakSession session, String sessionId, String clientId, boolean offline) {
      calls.add("removing " + sessionId + " of " + clientId + " " + offline);
    }

    @Override
    public void removingSessionsOfUser(KeycloakSession session, RealmModel realm, UserModel user) {
      calls.add("removing those of a user");
    }

    @Override
    public void removingSessionsOfRealm(KeycloakSession session, RealmModel realm) {
      calls.add("removing those of a realm");
    }

    @Override
    public void removingExpiredSessions(KeycloakSession session, RealmModel realm) {
      calls.add("removing expired ones");
    }
  }

  @Test
  void tellsBeforeASessionGoes() {
    watched.removeUserSession("s1", true);
    watched.removeClientSession("s2", "client", false);
    assertThat(calls)
        .containsExactly(
            "removing s1 true",
            "removeUserSession",
            "removing s2 of client false",
            "removeClientSession");
  }

  @Test
  void tellsBeforeManySessionsGo() {
    watched.onUserRemoved(any(RealmModel.class), any(UserModel.class));
    watched.removeUserSessions(any(RealmModel.class), false);
    watched.removeUserSessions(any(RealmModel.class));
    assertThat(calls)
        .containsExactly(
            "removing those of a user",
            "onUserRemoved",
            "removing those of a realm",
            "removeUserSessions",
            "removing those of a realm",
            "removeUserSessions");
  }

  @Test
  void everythingElseIsThePersisters() {
    assertThat(watched.getUserSessionsCount(false)).isEqualTo(7);
    watched.close();
    assertThat(calls).containsExactly("getUserSessionsCount", "close");
  }

  @Test
  void itsExceptionsAreThePersisters() {
    RealmModel realm = any(RealmModel.class);
    assertThatThrownBy(() -> watched.removeExpired(realm))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("expired");
    assertThat(calls).startsWith("removing expired ones");
  }

  /** What a later Keycloak could have. */
  private interface Later {

    void removeUserSession(RealmModel realm, String sessionId, boolean offline);

    void removeClientSession(String userSessionId, String clientId, boolean offline);

    void removeStale(RealmModel realm);

    void onGroupRemoved(RealmModel realm);

    int getUserSessionsCount(boolean offline);
  }

  @Test
  void everyRemovalIsKnown() {
    assertThat(RemovalWatch.unknown(UserSessionPersisterProvider.class)).isEmpty();
  }

  /** They would pass unheard, so the log names them at the start. */
  @Test
  void removalsOfALaterKeycloakAreNamed() {
    assertThat(RemovalWatch.unknown(Later.class))
        .containsExactly(
            "onGroupRemoved(RealmModel)",
            "removeStale(RealmModel)",
            "removeUserSession(RealmModel, String, boolean)");
  }
}
