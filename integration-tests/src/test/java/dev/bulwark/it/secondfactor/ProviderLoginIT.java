package dev.bulwark.it.secondfactor;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bulwark.it.support.AdminApi;
import dev.bulwark.it.support.Application;
import dev.bulwark.it.support.Authenticator;
import dev.bulwark.it.support.FormBrowser;
import dev.bulwark.it.support.Realm;
import dev.bulwark.it.support.SharedRealm;
import dev.bulwark.it.support.TestStack;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * T3: a login at an identity provider, with the shipped flow {@code post broker login} behind it.
 * The provider is another realm of the same server.
 */
@SharedRealm
class ProviderLoginIT {

  private static final String PROVIDER = "second-factor-idp";
  private static final String SECRET = "ONSWG4TFOQQGC3TEEBQSA43FMNZGK5BA";

  private static Application application;

  private final TestStack stack = TestStack.get();
  private final AdminApi admin = stack.admin();
  private final People people = new People(admin);

  @BeforeAll
  static void provider() {
    TestStack stack = TestStack.get();
    AdminApi admin = stack.admin();
    application = new Application(stack.realm(), admin);
    Realm provider = new Realm(stack.url(), PROVIDER);
    admin
        .post(
            "/realms",
            """
            {"realm": "%s", "enabled": true, "clients": [
              {"clientId": "relay", "secret": "relay-of-the-test", "redirectUris": ["%s/*"]}]}
            """
                .formatted(PROVIDER, stack.realm().url()))
        .expect(201);
    admin
        .post(
            "/realms/app/identity-provider/instances",
            """
            {"alias": "idp", "providerId": "oidc", "enabled": true,
             "postBrokerLoginFlowAlias": "post broker login",
             "config": {"clientId": "relay", "clientSecret": "relay-of-the-test",
              "clientAuthMethod": "client_secret_post", "authorizationUrl": "%s", "tokenUrl": "%s",
              "jwksUrl": "%s", "issuer": "%s", "validateSignature": "true", "useJwksUrl": "true"}}
            """
                .formatted(
                    provider.endpoint("auth"),
                    provider.endpoint("token"),
                    provider.endpoint("certs"),
                    provider.url()))
        .expect(201);
  }

  @AfterAll
  static void remove() {
    TestStack.get().admin().delete("/realms/" + PROVIDER);
    if (application != null) {
      application.close();
    }
  }

  @Test
  void whoHasNoSecondFactorIsNotAsked() {
    people.create("by-idp");
    assertThat(logIn("by-idp", new FormBrowser(stack.url())).parameters()).containsKey("code");
  }

  @Test
  void whoHasOneIsAskedForIt() {
    people.createWithAuthenticator("by-idp-app", SECRET);
    FormBrowser browser = new FormBrowser(stack.url());
    FormBrowser.Page page = logIn("by-idp-app", browser);
    assertThat(page.parameters()).doesNotContainKey("code");
    assertThat(page.response().body()).contains("kc-otp-login-form");
    assertThat(people.sessions("by-idp-app")).isZero();
    page = browser.submit(page, Map.of("otp", "000000"));
    assertThat(page.response().body()).contains("kc-otp-login-form");
    page = browser.submit(page, Map.of("otp", new Authenticator(SECRET).code()));
    application.redeem(page.parameter("code")).expect(200);
  }

  @Test
  void anAdministratorSetsOneUp() {
    people.create("by-idp-boss");
    people.makeAdministrator("by-idp-boss");
    FormBrowser.Page page = logIn("by-idp-boss", new FormBrowser(stack.url()));
    assertThat(page.parameters()).doesNotContainKey("code");
    assertThat(page.response().body()).contains("kc-totp-settings");
    assertThat(people.sessions("by-idp-boss")).isZero();
  }

  /** Makes the user's account at the provider, links it, and logs in there. */
  private FormBrowser.Page logIn(String name, FormBrowser browser) {
    admin
        .post(
            "/realms/" + PROVIDER + "/users",
            """
            {"username": "%1$s", "enabled": true, "email": "%1$s@example.org", "emailVerified": true,
             "firstName": "Second", "lastName": "Factor",
             "credentials": [{"type": "password", "value": "%2$s"}]}
            """
                .formatted(name, Realm.PASSWORD))
        .expect(201);
    String there =
        admin
            .get("/realms/" + PROVIDER + "/users?exact=true&username=" + name)
            .expect(200)
            .json()
            .get(0)
            .get("id")
            .asText();
    admin
        .post(
            "/realms/app/users/" + admin.userId(name) + "/federated-identity/idp",
            """
            {"identityProvider": "idp", "userId": "%s", "userName": "%s"}
            """
                .formatted(there, name))
        .expect(204);
    FormBrowser.Page form = browser.open(application.login("openid") + "&kc_idp_hint=idp");
    assertThat(form.url()).contains("/realms/" + PROVIDER + "/");
    return browser.submit(form, Map.of("username", name, "password", Realm.PASSWORD));
  }
}
