package dev.bulwark.app.security.login;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.springframework.mock.web.MockHttpServletRequest;
import org.springframework.mock.web.MockHttpServletResponse;
import org.springframework.security.authentication.TestingAuthenticationToken;

/** S1: what a login makes of the session. */
class LoginSuccessTest {

  @Test
  void theSessionLivesForADayAndTheTasksAreShown() throws Exception {
    MockHttpServletRequest request = new MockHttpServletRequest();
    request.addHeader("Host", "evil.example");
    request.addParameter("continue", "https://evil.example/");
    MockHttpServletResponse response = new MockHttpServletResponse();
    new LoginSuccess()
        .onAuthenticationSuccess(request, response, new TestingAuthenticationToken("alice", ""));
    assertThat(request.getSession().getMaxInactiveInterval()).isEqualTo(24 * 60 * 60);
    assertThat(response.getRedirectedUrl()).isEqualTo("/tasks");
  }
}
