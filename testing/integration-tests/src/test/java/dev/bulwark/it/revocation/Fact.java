package dev.bulwark.it.revocation;

import dev.bulwark.it.support.Response;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Something that introspection may look at, or not, and how a test changes it.
 *
 * @param set changes it; the answer is no success where the realm has it no more
 * @param back restores it; null where that cannot be
 */
record Fact(
    String name,
    Function<JudgedRealm, Response> set,
    @Nullable Function<JudgedRealm, Response> back) {

  private static final String CLI = "/clients/{cli}";
  private static final String OFFLINE_ROLE =
      "[{\"id\":\"{offline-role}\",\"name\":\"offline_access\"}]";

  /**
   * Those that can be changed back. Shorter times of client sessions are not among them: what
   * introspection says of these depends on what Keycloak's cache happens to hold (limits in
   * redis-revocation-listener/README.md).
   */
  static final List<Fact> REVERSIBLE =
      List.of(
          field("realm disabled", "", "{'enabled':false}", "{'enabled':true}"),
          field("realm not-before ahead", "", "{'notBefore':{ahead}}", "{'notBefore':0}"),
          field("realm not-before between", "", "{'notBefore':{between}}", "{'notBefore':0}"),
          field(
              "frontend URL",
              "",
              attribute("frontendUrl", "http://a.invalid"),
              attribute("frontendUrl", "")),
          new Fact("realm renamed", r -> r.rename("renamed"), r -> r.rename("judged")),
          field("remember-me off", "", "{'rememberMe':false}", "{'rememberMe':true}"),
          field(
              "organizations off",
              "",
              "{'organizationsEnabled':false}",
              "{'organizationsEnabled':true}"),
          field(
              "realm signs by HS512",
              "",
              "{'defaultSignatureAlgorithm':'HS512'}",
              "{'defaultSignatureAlgorithm':'RS256'}"),
          field(
              "short access tokens",
              "",
              "{'accessTokenLifespan':60}",
              "{'accessTokenLifespan':1800}"),
          field("client disabled", CLI, "{'enabled':false}", "{'enabled':true}"),
          field("client not-before ahead", CLI, "{'notBefore':{ahead}}", "{'notBefore':0}"),
          field("client not-before between", CLI, "{'notBefore':{between}}", "{'notBefore':0}"),
          field("client renamed", CLI, "{'clientId':'cli-renamed'}", "{'clientId':'cli'}"),
          field(
              "client of SAML",
              CLI,
              "{'protocol':'saml'}",
              "{'protocol':'openid-connect','secret':'path-secret'}"),
          field(
              "client asks for consent",
              CLI,
              "{'consentRequired':true}",
              "{'consentRequired':false}"),
          field(
              "client without full scope",
              CLI,
              "{'fullScopeAllowed':false}",
              "{'fullScopeAllowed':true}"),
          field(
              "bearer-only client",
              CLI,
              "{'bearerOnly':true}",
              "{'bearerOnly':false,'secret':'path-secret'}"),
          field(
              "public client",
              CLI,
              "{'publicClient':true}",
              "{'publicClient':false,'secret':'path-secret'}"),
          field(
              "client without flows",
              CLI,
              "{'standardFlowEnabled':false,'directAccessGrantsEnabled':false}",
              "{'standardFlowEnabled':true,'directAccessGrantsEnabled':true}"),
          field(
              "lightweight client",
              CLI,
              attribute("client.use.lightweight.access.token.enabled", "true"),
              attribute("client.use.lightweight.access.token.enabled", "false")),
          field(
              "client signs by HS512",
              CLI,
              attribute("access.token.signed.response.alg", "HS512"),
              attribute("access.token.signed.response.alg", "RS256")),
          request(
              "client without offline_access",
              "DELETE",
              CLI + "/optional-client-scopes/{offline-scope}",
              "",
              "PUT",
              "{}"),
          field("audience disabled", "/clients/{other}", "{'enabled':false}", "{'enabled':true}"),
          field(
              "audience renamed",
              "/clients/{other}",
              "{'clientId':'other-renamed'}",
              "{'clientId':'other'}"),
          field("service disabled", "/clients/{service}", "{'enabled':false}", "{'enabled':true}"),
          field(
              "service account disabled",
              "/users/{service-user}",
              "{'enabled':false}",
              "{'enabled':true}"),
          field("user disabled", "/users/{ann}", "{'enabled':false}", "{'enabled':true}"),
          field("user renamed", "/users/{ann}", "{'username':'renamed'}", "{'username':'ann'}"),
          field(
              "user to act",
              "/users/{ann}",
              "{'requiredActions':['UPDATE_PASSWORD'],'emailVerified':false}",
              "{'requiredActions':[],'emailVerified':true}"),
          request(
              "user without offline_access",
              "DELETE",
              "/users/{ann}/role-mappings/realm",
              OFFLINE_ROLE,
              "POST",
              OFFLINE_ROLE),
          field("member disabled", "/users/{member}", "{'enabled':false}", "{'enabled':true}"),
          new Fact(
              "organization disabled",
              r -> r.enableOrganization(false),
              r -> r.enableOrganization(true)),
          field(
              "identity provider disabled",
              "/identity-provider/instances/kidp",
              "{'enabled':false}",
              "{'enabled':true}"),
          field(
              "scope renamed",
              "/client-scopes/{offline-scope}",
              "{'name':'other_access'}",
              "{'name':'offline_access'}"),
          request(
              "scope for everybody",
              "DELETE",
              "/client-scopes/{offline-scope}/scope-mappings/realm",
              OFFLINE_ROLE,
              "POST",
              OFFLINE_ROLE),
          field(
              "role renamed",
              "/roles-by-id/{offline-role}",
              "{'name':'other_access'}",
              "{'name':'offline_access'}"),
          field(
              "key disabled",
              "/components/{rsa}",
              config("enabled", "false"),
              config("enabled", "true")),
          field(
              "key passive",
              "/components/{rsa}",
              config("active", "false"),
              config("active", "true")),
          field(
              "key of RS512",
              "/components/{rsa}",
              config("algorithm", "RS512"),
              config("algorithm", "RS256")),
          field(
              "secret disabled",
              "/components/{hmac-generated}",
              config("enabled", "false"),
              config("enabled", "true")));

  /** Those after which a realm is never as it was. */
  static final List<Fact> FINAL =
      List.of(
          request("session deleted", "DELETE", "/sessions/{session}", ""),
          request(
              "offline session deleted",
              "DELETE",
              "/sessions/{offline-session}?isOffline=true",
              ""),
          request("user logged out", "POST", "/users/{ann}/logout", "{}"),
          request("service account logged out", "POST", "/users/{service-user}/logout", "{}"),
          request("all logged out", "POST", "/logout-all", "{}"),
          new Fact("logout", r -> r.realm().logout("cli", r.refreshToken("refresh")), null),
          new Fact("token revoked", r -> r.realm().revoke("service", r.token("service")), null),
          new Fact(
              "refresh token revoked", r -> r.realm().revoke("cli", r.refreshToken("login")), null),
          new Fact(
              "offline token revoked",
              r -> r.realm().revoke("other", r.refreshToken("offline of ben")),
              null),
          request("consent revoked", "DELETE", "/users/{ann}/consents/consenting", ""),
          request("application removed", "DELETE", "/users/{ann}/consents/cli", ""),
          request("user deleted", "DELETE", "/users/{ann}", ""),
          new Fact("user made anew", r -> r.makeUserAnew("ann"), null),
          request("client deleted", "DELETE", CLI, ""),
          request("audience deleted", "DELETE", "/clients/{other}", ""),
          field("no service account", "/clients/{service}", "{'serviceAccountsEnabled':false}"),
          new Fact("organization removed", JudgedRealm::removeOrganization, null),
          request("identity provider removed", "DELETE", "/identity-provider/instances/kidp", ""),
          request("link removed", "DELETE", "/users/{member}/federated-identity/kidp", ""),
          request("scope deleted", "DELETE", "/client-scopes/{offline-scope}", ""),
          request("role deleted", "DELETE", "/roles-by-id/{offline-role}", ""),
          request("key deleted", "DELETE", "/components/{rsa}", ""),
          request("secret deleted", "DELETE", "/components/{hmac-generated}", ""),
          field(
              "idle sessions",
              "",
              "{'ssoSessionIdleTimeout':1,'ssoSessionIdleTimeoutRememberMe':0}"),
          field(
              "short sessions",
              "",
              "{'ssoSessionMaxLifespan':1,'ssoSessionMaxLifespanRememberMe':0}"),
          field("idle offline sessions", "", "{'offlineSessionIdleTimeout':1}"),
          field(
              "short offline sessions",
              "",
              "{'offlineSessionMaxLifespanEnabled':true,'offlineSessionMaxLifespan':1}"),
          request("API key off", "PATCH", "/api-keys/{key}", "{'active':false}"),
          request("API key deleted", "DELETE", "/api-keys/{key}", ""),
          request(
              "API key rotated", "POST", "/api-keys/{client-key}/rotate", "{'overlapSeconds':0}"),
          request("realm deleted", "DELETE", "", ""));

  /** Changes it, if the realm still has it. */
  boolean tryOn(JudgedRealm realm) {
    return set.apply(realm).status() / 100 == 2;
  }

  /** Restores it. */
  void undoOn(JudgedRealm realm) {
    Response answer = Objects.requireNonNull(back).apply(realm);
    if (answer.status() / 100 != 2) {
      throw new AssertionError(name + " stays: " + answer.status() + " " + answer.body());
    }
  }

  private static Fact field(String name, String path, String change, String original) {
    return new Fact(name, r -> r.change(path, change), r -> r.change(path, original));
  }

  private static Fact field(String name, String path, String change) {
    return new Fact(name, r -> r.change(path, change), null);
  }

  private static Fact request(String name, String verb, String path, String body) {
    return new Fact(name, r -> r.send(verb, path, body), null);
  }

  private static Fact request(
      String name, String verb, String path, String body, String backVerb, String backBody) {
    return new Fact(name, r -> r.send(verb, path, body), r -> r.send(backVerb, path, backBody));
  }

  private static String attribute(String name, String value) {
    return "{'attributes':{'%s':'%s'}}".formatted(name, value);
  }

  private static String config(String name, String value) {
    return "{'config':{'%s':['%s']}}".formatted(name, value);
  }
}
