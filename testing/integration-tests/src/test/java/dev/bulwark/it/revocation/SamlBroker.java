package dev.bulwark.it.revocation;

import dev.bulwark.it.support.FormBrowser;
import dev.bulwark.it.support.Http;
import dev.bulwark.it.support.Json;
import dev.bulwark.it.support.Response;
import java.util.List;
import java.util.Map;

/** A second realm of the same server, as SAML identity provider of the first. */
final class SamlBroker {

  private static final String ALIAS = "saml-idp";

  private final PathRealm realm;
  private final PathRealm provider;

  private SamlBroker(PathRealm realm, PathRealm provider) {
    this.realm = realm;
    this.provider = provider;
  }

  static SamlBroker create(PathRealm realm) {
    PathRealm provider = PathRealm.create(realm.server(), realm.admin(), realm.name() + "-saml");
    String endpoint = realm.url() + "/broker/" + ALIAS + "/endpoint";
    provider
        .admin()
        .post(
            provider.path("/clients"),
            Json.of(
                Map.of(
                    "clientId",
                    realm.url(),
                    "protocol",
                    "saml",
                    "frontchannelLogout",
                    false,
                    "redirectUris",
                    List.of(realm.url() + "/*"),
                    "attributes",
                    Map.of(
                        "saml.client.signature",
                        "false",
                        "saml.server.signature",
                        "true",
                        "saml.force.post.binding",
                        "true",
                        "saml.authnstatement",
                        "true",
                        "saml_name_id_format",
                        "email",
                        "saml_force_name_id_format",
                        "true",
                        "saml_single_logout_service_url_post",
                        endpoint))))
        .expect(201);
    String saml = provider.url() + "/protocol/saml";
    realm
        .admin()
        .post(
            realm.path("/identity-provider/instances"),
            Json.of(
                Map.of(
                    "alias",
                    ALIAS,
                    "providerId",
                    "saml",
                    "enabled",
                    true,
                    "config",
                    Map.of(
                        "entityId",
                        realm.url(),
                        "idpEntityId",
                        provider.url(),
                        "singleSignOnServiceUrl",
                        saml,
                        "singleLogoutServiceUrl",
                        saml,
                        "postBindingAuthnRequest",
                        "true",
                        "postBindingResponse",
                        "true",
                        "postBindingLogout",
                        "true",
                        "principalType",
                        "SUBJECT",
                        "nameIDPolicyFormat",
                        "urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress"))))
        .expect(201);
    return new SamlBroker(realm, provider);
  }

  /** Makes a user of the provider and logs in with it, for the first time. */
  Response login(FormBrowser browser, String user) {
    provider.createUser(user);
    FormBrowser.Page request =
        browser.open(realm.authorization("cli", "code", Map.of("kc_idp_hint", ALIAS)));
    FormBrowser.Page form = browser.passOn(request);
    FormBrowser.Page response = PathRealm.signIn(browser, form, user);
    FormBrowser.Page profile = browser.passOn(response);
    String email = user + "@example.org";
    FormBrowser.Page sent =
        browser.submit(
            profile,
            Map.of("username", email, "email", email, "firstName", user, "lastName", "Path"));
    return realm.redeem("cli", sent.parameter("code")).expect(200);
  }

  void logoutAtProvider(String user) {
    provider
        .admin()
        .post(provider.path("/users/" + provider.userId(user) + "/logout"), "{}")
        .expect(204);
  }

  void remove() {
    realm
        .admin()
        .delete(realm.path("/identity-provider/instances/" + Http.encode(ALIAS)))
        .expect(204);
    provider.delete();
  }
}
