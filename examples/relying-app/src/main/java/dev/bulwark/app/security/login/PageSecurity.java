package dev.bulwark.app.security.login;

import dev.bulwark.app.settings.AppSettings;
import dev.bulwark.app.settings.KeycloakSettings;
import jakarta.servlet.DispatcherType;
import jakarta.servlet.SessionCookieConfig;
import org.springframework.boot.web.servlet.FilterRegistrationBean;
import org.springframework.boot.web.servlet.ServletContextInitializer;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.http.HttpStatus;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.core.session.SessionRegistry;
import org.springframework.security.core.session.SessionRegistryImpl;
import org.springframework.security.oauth2.client.OAuth2AuthorizedClientProviderBuilder;
import org.springframework.security.oauth2.client.endpoint.OAuth2AccessTokenResponseClient;
import org.springframework.security.oauth2.client.endpoint.OAuth2RefreshTokenGrantRequest;
import org.springframework.security.oauth2.client.oidc.session.InMemoryOidcSessionRegistry;
import org.springframework.security.oauth2.client.oidc.session.OidcSessionRegistry;
import org.springframework.security.oauth2.client.oidc.web.logout.OidcClientInitiatedLogoutSuccessHandler;
import org.springframework.security.oauth2.client.registration.ClientRegistrationRepository;
import org.springframework.security.oauth2.client.web.DefaultOAuth2AuthorizedClientManager;
import org.springframework.security.oauth2.client.web.OAuth2AuthorizedClientRepository;
import org.springframework.security.oauth2.jwt.JwtDecoder;
import org.springframework.security.web.SecurityFilterChain;
import org.springframework.security.web.savedrequest.NullRequestCache;
import org.springframework.security.web.session.ConcurrentSessionFilter;
import org.springframework.security.web.session.HttpSessionEventPublisher;
import org.springframework.security.web.session.SimpleRedirectSessionInformationExpiredStrategy;
import org.springframework.web.filter.RelativeRedirectFilter;
import org.springframework.web.util.HttpSessionMutexListener;

/**
 * The pages: login at Keycloak, a session whose cookie is all that the browser gets, and its end.
 */
@Configuration(proxyBeanMethods = false)
class PageSecurity {

  private static final String LOGIN = LoginRequests.PATH + "/" + KeycloakClient.ID;

  @Bean
  @Order(3)
  SecurityFilterChain pages(
      HttpSecurity http,
      AppSettings app,
      KeycloakSettings keycloak,
      ClientRegistrationRepository clients,
      OidcSessionRegistry logins,
      SessionRegistry sessions,
      SessionTokens tokens,
      SignedOut signedOut) {
    OidcClientInitiatedLogoutSuccessHandler leave =
        new OidcClientInitiatedLogoutSuccessHandler(clients);
    leave.setPostLogoutRedirectUri(app.at("/"));
    SecurityHeaders.apply(http, app, SecurityHeaders.pages(keycloak));
    return http.authorizeHttpRequests(
            requests ->
                requests
                    .dispatcherTypeMatchers(DispatcherType.ERROR)
                    .permitAll()
                    .requestMatchers("/", "/app.css", "/favicon.svg", "/actuator/health")
                    .permitAll()
                    .anyRequest()
                    .authenticated())
        .oauth2Login(
            login ->
                login
                    .loginPage(LOGIN)
                    .authorizationEndpoint(
                        way -> way.authorizationRequestResolver(new LoginRequests(clients)))
                    .successHandler(new LoginSuccess())
                    .failureUrl("/?failed"))
        // Everybody goes to the tasks; a request that is kept makes a session and names its host.
        .requestCache(cache -> cache.requestCache(new NullRequestCache()))
        .logout(
            logout ->
                logout
                    .addLogoutHandler((request, response, user) -> signedOut.remember(response))
                    .logoutSuccessHandler(leave))
        .oidcLogout(
            logout ->
                logout.backChannel(
                    channel -> channel.logoutHandler(new BackChannelLogout(logins, sessions))))
        .sessionManagement(
            session ->
                session
                    .maximumSessions(-1)
                    .sessionRegistry(sessions)
                    .expiredSessionStrategy(
                        new SimpleRedirectSessionInformationExpiredStrategy(
                            SessionGuard.ENDED_PAGE)))
        .addFilterAfter(new SessionGuard(tokens), ConcurrentSessionFilter.class)
        .build();
  }

  @Bean
  SessionTokens sessionTokens(
      ClientRegistrationRepository clients,
      OAuth2AuthorizedClientRepository repository,
      OAuth2AccessTokenResponseClient<OAuth2RefreshTokenGrantRequest> refreshedTokens,
      JwtDecoder decoder) {
    DefaultOAuth2AuthorizedClientManager manager =
        new DefaultOAuth2AuthorizedClientManager(clients, repository);
    manager.setAuthorizedClientProvider(
        OAuth2AuthorizedClientProviderBuilder.builder()
            .refreshToken(refresh -> refresh.accessTokenResponseClient(refreshedTokens))
            .build());
    return new SessionTokens(manager, decoder);
  }

  /** Which login of Keycloak (sid) is behind which session, in this process. */
  @Bean
  OidcSessionRegistry logins() {
    return new InMemoryOidcSessionRegistry();
  }

  @Bean
  SessionRegistry sessions() {
    return new SessionRegistryImpl();
  }

  /** Tells the two registries of sessions that have ended. */
  @Bean
  HttpSessionEventPublisher sessionEvents() {
    return new HttpSessionEventPublisher();
  }

  @Bean
  HttpSessionMutexListener sessionMutex() {
    return new HttpSessionMutexListener();
  }

  /**
   * Over HTTPS the prefix {@code __Host-} makes browsers take the cookie from this host alone: no
   * other host of the domain can set it (RFC 6265bis).
   */
  @Bean
  ServletContextInitializer secureCookie(AppSettings app) {
    return context -> {
      SessionCookieConfig cookie = context.getSessionCookieConfig();
      cookie.setSecure(app.isSecure());
      if (app.isSecure()) {
        cookie.setName("__Host-" + cookie.getName());
        cookie.setPath("/");
      }
    };
  }

  /**
   * Leaves {@code Location} a path; Tomcat would put what the request says of its host before it.
   */
  @Bean
  FilterRegistrationBean<RelativeRedirectFilter> relativeRedirects() {
    RelativeRedirectFilter filter = new RelativeRedirectFilter();
    filter.setRedirectStatus(HttpStatus.FOUND);
    FilterRegistrationBean<RelativeRedirectFilter> bean = new FilterRegistrationBean<>(filter);
    bean.setOrder(Ordered.HIGHEST_PRECEDENCE);
    return bean;
  }

  @Bean
  FilterRegistrationBean<UnavailableFilter> unavailable() {
    FilterRegistrationBean<UnavailableFilter> bean =
        new FilterRegistrationBean<>(new UnavailableFilter());
    // Within the starter's filter, which answers for Redis alone and has no page.
    bean.setOrder(Ordered.HIGHEST_PRECEDENCE + 20);
    return bean;
  }
}
