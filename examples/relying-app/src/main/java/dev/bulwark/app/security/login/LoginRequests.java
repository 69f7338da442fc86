package dev.bulwark.app.security.login;

import jakarta.servlet.http.HttpServletRequest;
import org.jspecify.annotations.Nullable;
import org.springframework.security.oauth2.client.registration.ClientRegistrationRepository;
import org.springframework.security.oauth2.client.web.DefaultOAuth2AuthorizationRequestResolver;
import org.springframework.security.oauth2.client.web.OAuth2AuthorizationRequestResolver;
import org.springframework.security.oauth2.core.endpoint.OAuth2AuthorizationRequest;

/**
 * The way to the login, or with {@code ?register} to the registration ({@code prompt=create},
 * OpenID Connect Prompt Create). Thread-safe.
 */
final class LoginRequests implements OAuth2AuthorizationRequestResolver {

  static final String PATH = "/oauth2/authorization";

  private final OAuth2AuthorizationRequestResolver requests;

  LoginRequests(ClientRegistrationRepository clients) {
    requests = new DefaultOAuth2AuthorizationRequestResolver(clients, PATH);
  }

  @Override
  public @Nullable OAuth2AuthorizationRequest resolve(HttpServletRequest request) {
    return adapted(request, requests.resolve(request));
  }

  @Override
  public @Nullable OAuth2AuthorizationRequest resolve(
      HttpServletRequest request, String clientRegistrationId) {
    return adapted(request, requests.resolve(request, clientRegistrationId));
  }

  private static @Nullable OAuth2AuthorizationRequest adapted(
      HttpServletRequest request, @Nullable OAuth2AuthorizationRequest login) {
    return login == null || request.getParameter("register") == null
        ? login
        : OAuth2AuthorizationRequest.from(login)
            .additionalParameters(parameters -> parameters.put("prompt", "create"))
            .build();
  }
}
