package dev.bulwark.revocation.verify;

import dev.bulwark.revocation.rules.IssuerRule;
import jakarta.ws.rs.core.UriBuilder;
import jakarta.ws.rs.core.UriInfo;
import java.lang.reflect.Proxy;
import java.net.URI;
import org.jboss.logging.Logger;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;
import org.keycloak.services.Urls;
import org.keycloak.urls.HostnameProvider;
import org.keycloak.urls.UrlType;

/**
 * Finds out which issuers a realm accepts. Outside of a request there is no host to build an issuer
 * from, so Keycloak's own {@link HostnameProvider} builds two, for two made-up requests: whatever
 * is alike in both is fixed by the options of the server or by the realm's frontend URL.
 */
public final class RealmIssuers {

  private static final UriInfo ONE = request("http://one.invalid:1001/first/");
  private static final UriInfo OTHER = request("https://other.invalid:1002/second/");

  private static final Logger LOG = Logger.getLogger(RealmIssuers.class);

  private RealmIssuers() {}

  /**
   * The rule of the realm in the session's context.
   *
   * <p>A hostname provider of another extension may need a real request. Its issuers cannot be
   * foretold then, and none is compared.
   */
  public static IssuerRule of(KeycloakSession session, RealmModel realm) {
    try {
      return IssuerRule.of(issuer(session, ONE, realm), issuer(session, OTHER, realm));
    } catch (UnsupportedOperationException | IllegalArgumentException e) {
      LOG.debug("The hostname provider builds no issuer without a request", e);
      return IssuerRule.ANY;
    }
  }

  /**
   * The addresses that the server builds for two made-up requests. They change with the hostname
   * options only, if there is no realm in the session's context.
   */
  public static String addresses(KeycloakSession session) {
    try {
      return base(session, ONE) + " " + base(session, OTHER);
    } catch (UnsupportedOperationException | IllegalArgumentException e) {
      LOG.warn(
          "The hostname provider (spi-hostname) builds no URL without a request. So"
              + " tokens that end by a new name, frontend URL or hostname of their realm "
              + "are not revoked in Redis. After such a change, set a not-before for the "
              + "realm.",
          e);
      return "";
    }
  }

  private static String issuer(KeycloakSession session, UriInfo request, RealmModel realm) {
    return Urls.realmIssuer(base(session, request), realm.getName());
  }

  private static URI base(KeycloakSession session, UriInfo request) {
    return session.getProvider(HostnameProvider.class).getBaseUri(request, UrlType.FRONTEND);
  }

  /** A request of which only the base is known. */
  private static UriInfo request(String base) {
    URI uri = URI.create(base);
    return (UriInfo)
        Proxy.newProxyInstance(
            RealmIssuers.class.getClassLoader(),
            new Class<?>[] {UriInfo.class},
            (proxy, method, arguments) ->
                switch (method.getName()) {
                  case "getBaseUri", "getRequestUri", "getAbsolutePath" -> uri;
                  case "getBaseUriBuilder", "getRequestUriBuilder", "getAbsolutePathBuilder" ->
                      UriBuilder.fromUri(uri);
                  default -> throw new UnsupportedOperationException(method.getName());
                });
  }
}
