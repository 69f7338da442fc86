package dev.bulwark.breached;

import java.io.IOException;
import java.net.Authenticator;
import java.net.InetSocketAddress;
import java.net.PasswordAuthentication;
import java.net.Proxy;
import java.net.ProxySelector;
import java.net.SocketAddress;
import java.net.URI;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.apache.http.HttpHost;
import org.apache.http.auth.UsernamePasswordCredentials;
import org.jspecify.annotations.Nullable;
import org.keycloak.Config;
import org.keycloak.connections.httpclient.ProxyMappings;
import org.keycloak.connections.httpclient.ProxyMappings.ProxyMapping;

/**
 * Keycloak's proxy settings for {@link java.net.http.HttpClient}, in Keycloak's order ({@code
 * DefaultHttpClientFactory}): option {@code proxy-mappings} of SPI {@code connections-http-client},
 * else the variables {@code https_proxy}, {@code http_proxy} and {@code no_proxy} (lower case
 * before upper). Where Keycloak has none of these, the JVM's own properties ({@code
 * https.proxyHost} …) hold.
 */
final class KeycloakProxies extends ProxySelector {

  private static final int HTTP_PORT = 80;
  private static final int HTTPS_PORT = 443;

  private final ProxyMappings mappings;

  private KeycloakProxies(ProxyMappings mappings) {
    this.mappings = mappings;
  }

  /** The selector for the running server's configuration. */
  static ProxySelector configured() {
    return of(
        Config.scope("connectionsHttpClient", "default").getArray("proxy-mappings"),
        System.getenv());
  }

  static ProxySelector of(String @Nullable [] mappings, Map<String, String> environment) {
    if (mappings != null && mappings.length > 0) {
      return new KeycloakProxies(ProxyMappings.valueOf(mappings));
    }
    String proxy = variable(environment, "https_proxy");
    if (proxy == null) {
      proxy = variable(environment, "http_proxy");
    }
    if (proxy != null) {
      return new KeycloakProxies(
          ProxyMappings.withFixedProxyMapping(proxy, variable(environment, "no_proxy")));
    }
    ProxySelector ofJvm = ProxySelector.getDefault();
    return ofJvm != null ? ofJvm : new KeycloakProxies(new ProxyMappings(List.of()));
  }

  private static @Nullable String variable(Map<String, String> environment, String name) {
    for (String key : List.of(name, name.toUpperCase(Locale.ROOT))) {
      String value = environment.get(key);
      if (value != null && !value.isBlank()) {
        return value;
      }
    }
    return null;
  }

  @Override
  public List<Proxy> select(URI uri) {
    HttpHost proxy = mappings.getProxyFor(uri.getHost()).getProxyHost();
    if (proxy == null) {
      return List.of(Proxy.NO_PROXY);
    }
    return List.of(
        new Proxy(
            Proxy.Type.HTTP, InetSocketAddress.createUnresolved(proxy.getHostName(), port(proxy))));
  }

  private static int port(HttpHost proxy) {
    if (proxy.getPort() > 0) {
      return proxy.getPort();
    }
    return "https".equalsIgnoreCase(proxy.getSchemeName()) ? HTTPS_PORT : HTTP_PORT;
  }

  @Override
  public void connectFailed(URI uri, SocketAddress address, IOException failure) {
    // The request fails too, and that is reported.
  }

  /**
   * Answers the challenge of the proxy that serves {@code target}; null if it has no credentials.
   */
  static @Nullable Authenticator authenticator(ProxySelector selector, URI target) {
    if (!(selector instanceof KeycloakProxies proxies)) {
      return null;
    }
    ProxyMapping mapping = proxies.mappings.getProxyFor(target.getHost());
    UsernamePasswordCredentials credentials = mapping.getProxyCredentials();
    if (credentials == null || mapping.getProxyHost() == null) {
      return null;
    }
    PasswordAuthentication answer =
        new PasswordAuthentication(
            credentials.getUserName(), credentials.getPassword().toCharArray());
    return new Authenticator() {
      @Override
      protected @Nullable PasswordAuthentication getPasswordAuthentication() {
        return getRequestorType() == RequestorType.PROXY ? answer : null;
      }
    };
  }
}
