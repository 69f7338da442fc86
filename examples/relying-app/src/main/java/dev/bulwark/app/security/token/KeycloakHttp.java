package dev.bulwark.app.security.token;

import com.nimbusds.jose.util.DefaultResourceRetriever;
import com.nimbusds.jose.util.ResourceRetriever;
import java.time.Duration;
import java.util.List;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.http.client.SimpleClientHttpRequestFactory;
import org.springframework.http.converter.FormHttpMessageConverter;
import org.springframework.security.oauth2.client.endpoint.OAuth2AccessTokenResponseClient;
import org.springframework.security.oauth2.client.endpoint.OAuth2AuthorizationCodeGrantRequest;
import org.springframework.security.oauth2.client.endpoint.OAuth2RefreshTokenGrantRequest;
import org.springframework.security.oauth2.client.endpoint.RestClientAuthorizationCodeTokenResponseClient;
import org.springframework.security.oauth2.client.endpoint.RestClientRefreshTokenTokenResponseClient;
import org.springframework.security.oauth2.client.http.OAuth2ErrorResponseErrorHandler;
import org.springframework.security.oauth2.core.http.converter.OAuth2AccessTokenResponseHttpMessageConverter;
import org.springframework.web.client.RestClient;

/**
 * Calls of Keycloak, none of which waits for ever: Spring Security's own have no time-out, and a
 * Keycloak that accepts connections and is silent would take all threads.
 */
@Configuration(proxyBeanMethods = false)
public class KeycloakHttp {

  private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(2);
  private static final Duration READ_TIMEOUT = Duration.ofSeconds(5);

  /** Far above any realm's keys. */
  private static final int MAX_KEYS_BYTES = 1_048_576;

  /** For the keys that tokens are signed with. */
  static ResourceRetriever keys() {
    return new DefaultResourceRetriever(
        (int) CONNECT_TIMEOUT.toMillis(), (int) READ_TIMEOUT.toMillis(), MAX_KEYS_BYTES);
  }

  /** For questions about API keys. */
  public static RestClient at(String address) {
    return RestClient.builder().requestFactory(requests()).baseUrl(address).build();
  }

  private static SimpleClientHttpRequestFactory requests() {
    SimpleClientHttpRequestFactory requests = new SimpleClientHttpRequestFactory();
    requests.setConnectTimeout(CONNECT_TIMEOUT);
    requests.setReadTimeout(READ_TIMEOUT);
    return requests;
  }

  @Bean
  OAuth2AccessTokenResponseClient<OAuth2AuthorizationCodeGrantRequest> authorizationCodeTokens() {
    RestClientAuthorizationCodeTokenResponseClient client =
        new RestClientAuthorizationCodeTokenResponseClient();
    client.setRestClient(tokenEndpoint());
    return client;
  }

  @Bean
  OAuth2AccessTokenResponseClient<OAuth2RefreshTokenGrantRequest> refreshedTokens() {
    RestClientRefreshTokenTokenResponseClient client =
        new RestClientRefreshTokenTokenResponseClient();
    client.setRestClient(tokenEndpoint());
    return client;
  }

  private static RestClient tokenEndpoint() {
    return RestClient.builder()
        .requestFactory(requests())
        .messageConverters(
            List.of(
                new FormHttpMessageConverter(),
                new OAuth2AccessTokenResponseHttpMessageConverter()))
        .defaultStatusHandler(new OAuth2ErrorResponseErrorHandler())
        .build();
  }
}
