package dev.bulwark.app.security.api;

import dev.bulwark.app.security.token.KeycloakHttp;
import dev.bulwark.app.settings.ApiKeySettings;
import dev.bulwark.app.settings.AppSettings;
import dev.bulwark.app.settings.CertificateSettings;
import dev.bulwark.app.settings.GatewaySettings;
import dev.bulwark.app.settings.KeycloakSettings;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.annotation.Order;
import org.springframework.http.HttpMethod;
import org.springframework.security.config.Customizer;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.config.annotation.web.configurers.AbstractHttpConfigurer;
import org.springframework.security.config.http.SessionCreationPolicy;
import org.springframework.security.oauth2.jwt.JwtDecoder;
import org.springframework.security.oauth2.server.resource.web.DefaultBearerTokenResolver;
import org.springframework.security.oauth2.server.resource.web.authentication.BearerTokenAuthenticationFilter;
import org.springframework.security.web.SecurityFilterChain;
import org.springframework.security.web.context.SecurityContextHolderFilter;

/**
 * The API is a resource server: an access token in the header {@code Authorization}, or an API key
 * that Keycloak has verified, for a gateway or for this application. It knows no session and no
 * cookie, so nothing has to be guarded against forged requests of a browser.
 */
@Configuration(proxyBeanMethods = false)
class ApiSecurity {

  @Bean
  @Order(1)
  SecurityFilterChain api(
      HttpSecurity http,
      JwtDecoder decoder,
      AppSettings app,
      GatewaySettings settings,
      ApiKeySettings apiKeys,
      KeycloakSettings keycloak,
      CertificateSettings certificates) {
    GatewayFilter gateway = new GatewayFilter(settings);
    ApiKeyFilter keys =
        new ApiKeyFilter(apiKeys, gateway, KeycloakHttp.at(keycloak.verifyEndpoint()));
    DefaultBearerTokenResolver bearer = new DefaultBearerTokenResolver();
    return http.securityMatcher("/api/**")
        .authorizeHttpRequests(
            requests ->
                requests
                    .requestMatchers(HttpMethod.GET, "/api/tasks")
                    .hasAuthority("SCOPE_tasks:read")
                    .requestMatchers(HttpMethod.POST, "/api/tasks")
                    .hasAuthority("SCOPE_tasks:write")
                    .requestMatchers(HttpMethod.GET, "/api/admin/users")
                    .hasAuthority("SCOPE_admin")
                    .anyRequest()
                    .denyAll())
        .oauth2ResourceServer(
            server ->
                server
                    // Where there is a key, it alone decides.
                    .bearerTokenResolver(
                        request ->
                            gateway.hasVerified(request) || keys.decides(request)
                                ? null
                                : bearer.resolve(request))
                    .accessDeniedHandler(new ScopeDenied())
                    .jwt(jwt -> jwt.decoder(decoder))
                    // Spring Security 7.1 does without, unless it is asked for.
                    .dPoP(Customizer.withDefaults()))
        .exceptionHandling(errors -> errors.accessDeniedHandler(new ScopeDenied()))
        .addFilterBefore(gateway, BearerTokenAuthenticationFilter.class)
        .addFilterBefore(keys, BearerTokenAuthenticationFilter.class)
        .addFilterBefore(
            new ForwardedCertificate(certificates), BearerTokenAuthenticationFilter.class)
        .addFilterBefore(new PublicAddress(app.url()), SecurityContextHolderFilter.class)
        .sessionManagement(
            session -> session.sessionCreationPolicy(SessionCreationPolicy.STATELESS))
        .requestCache(AbstractHttpConfigurer::disable)
        .csrf(AbstractHttpConfigurer::disable)
        .logout(AbstractHttpConfigurer::disable)
        .build();
  }
}
