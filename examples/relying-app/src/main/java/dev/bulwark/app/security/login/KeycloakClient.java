package dev.bulwark.app.security.login;

import dev.bulwark.app.settings.AppSettings;
import dev.bulwark.app.settings.KeycloakSettings;
import java.util.Map;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.security.oauth2.client.registration.ClientRegistration;
import org.springframework.security.oauth2.client.registration.ClientRegistrationRepository;
import org.springframework.security.oauth2.client.registration.InMemoryClientRegistrationRepository;
import org.springframework.security.oauth2.client.web.HttpSessionOAuth2AuthorizedClientRepository;
import org.springframework.security.oauth2.client.web.OAuth2AuthorizedClientRepository;
import org.springframework.security.oauth2.core.AuthorizationGrantType;
import org.springframework.security.oauth2.core.oidc.IdTokenClaimNames;

/**
 * This application as a client of the realm: authorization code with PKCE (S256), state and nonce.
 *
 * <p>The endpoints are written down and not discovered, so that the application starts while
 * Keycloak is away, and so that browsers and the application may reach it at different addresses.
 */
@Configuration(proxyBeanMethods = false)
class KeycloakClient {

  static final String ID = "keycloak";

  /** Where Keycloak sends browsers back to; the realm names exactly this address. */
  static final String CALLBACK = "/login/oauth2/code/" + ID;

  @Bean
  ClientRegistrationRepository clients(AppSettings app, KeycloakSettings keycloak) {
    return new InMemoryClientRegistrationRepository(
        ClientRegistration.withRegistrationId(ID)
            .clientName("Keycloak")
            .clientId(keycloak.clientId())
            .clientSecret(keycloak.clientSecret())
            .authorizationGrantType(AuthorizationGrantType.AUTHORIZATION_CODE)
            .clientSettings(
                ClientRegistration.ClientSettings.builder().requireProofKey(true).build())
            .redirectUri(app.at(CALLBACK))
            .scope("openid", "profile", "email", "tasks:read", "tasks:write", "admin")
            .issuerUri(keycloak.issuer().toString())
            .authorizationUri(keycloak.frontEndpoint("auth"))
            .tokenUri(keycloak.backEndpoint("token"))
            .jwkSetUri(keycloak.backEndpoint("certs"))
            .userNameAttributeName(IdTokenClaimNames.SUB)
            .providerConfigurationMetadata(
                Map.of("end_session_endpoint", keycloak.frontEndpoint("logout")))
            .build());
  }

  /**
   * The tokens of a login are kept in its session. By the name of the user, as Spring Boot keeps
   * them, the second browser of a user would get those of the first.
   */
  @Bean
  OAuth2AuthorizedClientRepository tokensInSession() {
    return new HttpSessionOAuth2AuthorizedClientRepository();
  }
}
