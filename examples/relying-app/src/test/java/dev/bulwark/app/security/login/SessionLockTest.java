package dev.bulwark.app.security.login;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.springframework.mock.web.MockHttpSession;
import org.springframework.security.authentication.AuthenticationServiceException;
import org.springframework.security.oauth2.client.ClientAuthorizationException;
import org.springframework.security.oauth2.core.OAuth2Error;

/** L4: what a renewal that fails means for the next request of the session. */
class SessionLockTest {

  private final SessionLock lock = SessionLock.of(new MockHttpSession());
  private long now;
  private int calls;

  private String fail(String code) {
    calls++;
    throw new ClientAuthorizationException(new OAuth2Error(code), "keycloak");
  }

  private @Nullable String run(@Nullable String result) {
    return lock.run(() -> result, () -> now);
  }

  @Test
  void theNextRequestDoesNotTryAtOnceAgain() {
    assertThatThrownBy(() -> lock.run(() -> fail("invalid_token_response"), () -> now))
        .isInstanceOf(ClientAuthorizationException.class);
    now += SessionLock.RETRY_PAUSE.toNanos() - 1;
    assertThatThrownBy(() -> lock.run(() -> fail("invalid_token_response"), () -> now))
        .isInstanceOf(AuthenticationServiceException.class);
    assertThat(calls).isEqualTo(1);
    now++;
    assertThat(run("tokens")).isEqualTo("tokens");
    assertThat(run("tokens")).isEqualTo("tokens");
  }

  @Test
  void aLoginThatHasEndedIsNoFailure() {
    assertThatThrownBy(() -> lock.run(() -> fail("invalid_grant"), () -> now))
        .isInstanceOf(ClientAuthorizationException.class);
    assertThat(run(null)).isNull();
  }

  @Test
  void aSessionHasOneLock() {
    MockHttpSession session = new MockHttpSession();
    assertThat(SessionLock.of(session)).isSameAs(SessionLock.of(session)).isNotSameAs(lock);
  }
}
