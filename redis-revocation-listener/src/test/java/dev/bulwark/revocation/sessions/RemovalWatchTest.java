package dev.bulwark.revocation.sessions;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.keycloak.models.session.UserSessionPersisterProvider;

class RemovalWatchTest {

  private final List<String> calls = new ArrayList<>();
  private final UserSessionPersisterProvider watched =
      RemovalWatch.of(
          persister(), (session, offline) -> calls.add("removing " + session + " " + offline));

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

  @Test
  void tellsBeforeASessionGoes() {
    watched.removeUserSession("s1", true);
    watched.removeClientSession("s2", "client", false);
    assertThat(calls)
        .containsExactly(
            "removing s1 true", "removeUserSession", "removing s2 false", "removeClientSession");
  }

  @Test
  void everythingElseIsThePersisters() {
    assertThat(watched.getUserSessionsCount(false)).isEqualTo(7);
    watched.close();
    assertThat(calls).containsExactly("getUserSessionsCount", "close");
  }

  @Test
  void itsExceptionsAreThePersisters() {
    assertThatThrownBy(() -> watched.removeExpired(null))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("expired");
  }

  /** A new way to remove a single session would pass unheard. */
  @Test
  void everyRemovalIsKnown() {
    assertThat(Arrays.stream(UserSessionPersisterProvider.class.getMethods()))
        .filteredOn(method -> method.getName().startsWith("remove"))
        .extracting(Method::getName)
        .containsOnly(
            "removeUserSession",
            "removeClientSession",
            // Told by events: logout of all, and the task that removes what has expired.
            "removeUserSessions",
            "removeExpired");
  }
}
