package dev.bulwark.it.secondfactor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.bulwark.it.support.AdminApi;
import dev.bulwark.it.support.Application;
import dev.bulwark.it.support.Authenticator;
import dev.bulwark.it.support.FormBrowser;
import dev.bulwark.it.support.Http;
import dev.bulwark.it.support.Json;
import dev.bulwark.it.support.Realm;
import dev.bulwark.it.support.SharedRealm;
import dev.bulwark.it.support.TestStack;
import java.time.Duration;
import java.util.List;
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
    admin.makeRealm(
        """
            {"realm": "%s", "enabled": true, "clients": [
              {"clientId": "relay", "secret": "relay-of-the-test", "redirectUris": ["%s/*"]}]}
            """
            .formatted(PROVIDER, stack.realm().url()));
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

  /** L2: a login at a provider tests no secret here, so strangers' failures refuse none. */
  @Test
  void strangersWhoGuessAtThePasswordKeepNobodyOut() {
    people.create("by-idp-guessed");
    awaitLock(
        "by-idp-guessed",
        () -> stack.realm().login("by-idp-guessed", "not-the-battery", "openid").expect(400));
    FormBrowser.Page page = logIn("by-idp-guessed", new FormBrowser(stack.url()));
    assertThat(page.parameters()).as(page.response().body()).containsKey("code");
    // The password stays locked.
    stack.realm().login("by-idp-guessed", Realm.PASSWORD, "openid").expect(400);
  }

  /** And what is tested behind it is locked as everywhere. */
  @Test
  void theSecondFactorBehindAProviderIsLockedForStrangers() {
    people.createWithAuthenticator("by-idp-codes", SECRET);
    FormBrowser browser = new FormBrowser(stack.url());
    FormBrowser.Page[] page = {logIn("by-idp-codes", browser)};
    awaitLock(
        "by-idp-codes",
        () -> {
          page[0] = browser.submit(page[0], Map.of("otp", "000000"));
          assertThat(page[0].parameters()).doesNotContainKey("code");
        });
    FormBrowser.Page right =
        browser.submit(page[0], Map.of("otp", new Authenticator(SECRET).code()));
    assertThat(right.parameters()).doesNotContainKey("code");
    assertThat(people.sessions("by-idp-codes")).isZero();
  }

  /** Keycloak books a failure after its answer, and refuses, unbooked, who tries meanwhile. */
  private void awaitLock(String name, Runnable failure) {
    String status = "/realms/app/attack-detection/brute-force/users/" + admin.userId(name);
    await()
        .atMost(Duration.ofSeconds(60))
        .until(
            () -> {
              failure.run();
              return admin.get(status).expect(200).json().get("disabled").asBoolean();
            });
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
    assertSetUpIsDemanded("by-idp-boss");
  }

  /** T3: so must holders of the roles that administer the realm. */
  @Test
  void aHolderOfARealmManagementRoleSetsOneUp() {
    people.create("by-idp-helper");
    new RoleGrants(admin).management("by-idp-helper", "query-users");
    assertSetUpIsDemanded("by-idp-helper");
  }

  private void assertSetUpIsDemanded(String name) {
    FormBrowser.Page page = logIn(name, new FormBrowser(stack.url()));
    assertThat(page.parameters()).doesNotContainKey("code");
    assertThat(page.response().body()).contains("kc-totp-settings");
    assertThat(people.sessions(name)).isZero();
  }

  /**
   * O2: who has registered with somebody else's address, and knows the password of that account,
   * would have a way in of his own after the owner's reset of the password.
   */
  @Test
  void anAccountWhoseAddressIsNotProvenIsNotLinked() {
    people.create("squatted");
    String id = admin.userId("squatted");
    admin.put("/realms/app/users/" + id, Json.object("emailVerified", false)).expect(204);
    register("squatted");
    FormBrowser browser = new FormBrowser(stack.url());
    FormBrowser.Page page = comeFromProvider("squatted", browser);
    page = review(page, "squatted", browser);
    assertThat(page.response().body()).contains("linkAccount");
    page = browser.submit(page, Map.of("submitAction", "linkAccount"));
    page = browser.submit(page, Map.of("username", "squatted", "password", Realm.PASSWORD));
    assertThat(page.parameters()).doesNotContainKey("code");
    assertThat(identities(id)).isZero();
    assertThat(people.sessions("squatted")).isZero();
    assertThat(
            admin
                .get("/realms/app/events?type=FEDERATED_IDENTITY_LINK_ERROR&user=" + id)
                .expect(200)
                .json())
        .extracting(event -> event.get("error").asText())
        .containsExactly("email_not_verified");

    admin
        .put(
            "/realms/app/users/" + id,
            Json.object("emailVerified", true, "requiredActions", List.of()))
        .expect(204);
    browser = new FormBrowser(stack.url());
    page = review(comeFromProvider("squatted", browser), "squatted", browser);
    page = browser.submit(page, Map.of("submitAction", "linkAccount"));
    page = browser.submit(page, Map.of("username", "squatted", "password", Realm.PASSWORD));
    assertThat(page.parameters()).containsKey("code");
    assertThat(identities(id)).isOne();
  }

  /** The address changes hands while the user is at the provider. */
  @Test
  void inASessionNothingIsLinkedEither() {
    people.create("links-later");
    String id = admin.userId("links-later");
    register("links-later");
    FormBrowser browser = new FormBrowser(stack.url());
    FormBrowser.Page page = browser.open(linking());
    page = browser.submit(page, Map.of("username", "links-later", "password", Realm.PASSWORD));
    page = browser.submit(page, Map.of("continue", ""));
    assertThat(page.url()).contains("/realms/" + PROVIDER + "/");
    admin.put("/realms/app/users/" + id, Json.object("emailVerified", false)).expect(204);
    page = browser.submit(page, Map.of("username", "links-later", "password", Realm.PASSWORD));
    assertThat(page.parameters()).doesNotContainEntry("kc_action_status", "success");
    assertThat(identities(id)).isZero();
  }

  private String linking() {
    return stack.realm().endpoint("auth")
        + "?client_id=account-console&response_type=code&scope=openid&redirect_uri="
        + Http.encode(stack.realm().url() + "/account/")
        + "&code_challenge_method=S256&code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
        + "&kc_action=idp_link:idp";
  }

  private int identities(String id) {
    return admin.get("/realms/app/users/" + id + "/federated-identity").expect(200).json().size();
  }

  /** The page of a provider that tells too little of the user, where it is shown. */
  private static FormBrowser.Page review(FormBrowser.Page page, String name, FormBrowser browser) {
    if (!page.response().body().contains("kc-idp-review-profile-form")) {
      return page;
    }
    return browser.submit(
        page,
        Map.of(
            "username",
            name,
            "email",
            name + "@example.org",
            "firstName",
            "Second",
            "lastName",
            "Factor"));
  }

  /** Makes the user's account at the provider, links it, and logs in there. */
  private FormBrowser.Page logIn(String name, FormBrowser browser) {
    String there = register(name);
    admin
        .post(
            "/realms/app/users/" + admin.userId(name) + "/federated-identity/idp",
            """
            {"identityProvider": "idp", "userId": "%s", "userName": "%s"}
            """
                .formatted(there, name))
        .expect(204);
    return comeFromProvider(name, browser);
  }

  /** Makes the user's account at the provider; returns its id. */
  private String register(String name) {
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
    return admin
        .get("/realms/" + PROVIDER + "/users?exact=true&username=" + name)
        .expect(200)
        .json()
        .get(0)
        .get("id")
        .asText();
  }

  private FormBrowser.Page comeFromProvider(String name, FormBrowser browser) {
    FormBrowser.Page form = browser.open(application.login("openid") + "&kc_idp_hint=idp");
    assertThat(form.url()).contains("/realms/" + PROVIDER + "/");
    return browser.submit(form, Map.of("username", name, "password", Realm.PASSWORD));
  }
}
