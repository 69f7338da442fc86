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
class SessionTurnTest {

  private final SessionTurn turn = SessionTurn.of(new MockHttpSession());
  private long now;
  private int calls;

  private String fail(String code) {
    calls++;
    throw new ClientAuthorizationException(new OAuth2Error(code), "keycloak");
  }

  private @Nullable String take(@Nullable String result) {
    return turn.take(() -> result, () -> now);
  }

  @Test
  void theNextRequestDoesNotTryAtOnceAgain() {
    assertThatThrownBy(() -> turn.take(() -> fail("invalid_token_response"), () -> now))
        .isInstanceOf(ClientAuthorizationException.class);
    now += SessionTurn.PAUSE.toNanos() - 1;
    assertThatThrownBy(() -> turn.take(() -> fail("invalid_token_response"), () -> now))
        .isInstanceOf(AuthenticationServiceException.class);
    assertThat(calls).isEqualTo(1);
    now++;
    assertThat(take("tokens")).isEqualTo("tokens");
    assertThat(take("tokens")).isEqualTo("tokens");
  }

  @Test
  void aLoginThatHasEndedIsNoFailure() {
    assertThatThrownBy(() -> turn.take(() -> fail("invalid_grant"), () -> now))
        .isInstanceOf(ClientAuthorizationException.class);
    assertThat(take(null)).isNull();
  }

  @Test
  void aSessionHasOneTurn() {
    MockHttpSession session = new MockHttpSession();
    assertThat(SessionTurn.of(session)).isSameAs(SessionTurn.of(session)).isNotSameAs(turn);
  }
}
