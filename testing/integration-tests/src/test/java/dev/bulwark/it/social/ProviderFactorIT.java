package dev.bulwark.it.social;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bulwark.it.support.Application;
import dev.bulwark.it.support.Authenticator;
import dev.bulwark.it.support.FormBrowser;
import dev.bulwark.it.support.Realm;
import dev.bulwark.it.support.Response;
import java.net.URI;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** T3, O2: a login with Google or GitHub is no way around the second factor. */
@Tag("full")
class ProviderFactorIT {

  private static final String SECRET = "KRSXG5CTMVRXEZLUKRSXG5CTMVRXEZLU";
  private static final String OTHER_SECRET = "ORSXG5BNONSWG4TFOQQG6ZRAORUGKIDP";

  private static Application application;

  private final SocialServer server = SocialServer.get();
  private final LocalUsers users = new LocalUsers(server.admin());

  @BeforeAll
  static void start() {
    SocialServer server = SocialServer.get();
    application = new Application(server.realm(), server.admin());
  }

  @AfterAll
  static void close() {
    if (application != null) {
      application.close();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"google", "github"})
  void whoHasASecondFactorIsAskedForIt(String provider) {
    String id = users.createWithAuthenticator("factor-" + provider, SECRET);
    users.link(id, provider, "600001");
    Traveller traveller = new Traveller(server, application);
    FormBrowser.Page page = comeFrom(provider, traveller);
    assertThat(page.response().body()).contains("kc-otp-login-form");
    assertThat(users.sessions(id)).isZero();
    page = traveller.browser().submit(page, Map.of("otp", new Authenticator(SECRET).code()));
    assertThat(subject(page)).isEqualTo(id);
    users.unlink(id, provider);
  }

  @ParameterizedTest
  @ValueSource(strings = {"google", "github"})
  void anAdministratorWithoutOneMustSetOneUp(String provider) {
    String id = users.create("boss-" + provider, true);
    users.makeAdministrator(id);
    users.link(id, provider, "600002");
    Traveller traveller = new Traveller(server, application);
    FormBrowser.Page page =
        provider.equals("google")
            ? traveller.logIn(GoogleAccount.of("600002", "boss@gmail.example"))
            : traveller.logIn(GitHubAccount.of(600002, "boss", "boss@hub.example"));
    assertThat(page.response().body()).contains("kc-totp-settings");
    assertThat(page.url()).startsWith(server.url().toString());
    assertThat(users.sessions(id)).isZero();
  }

  /**
   * Somebody enters a code of his own, stops before the redirect behind it, and comes back from the
   * provider as somebody else, whose second factor he has not got.
   */
  @Test
  void theCodeOfOneIsNotThatOfAnother() {
    String victim = victim("victim-of-code", "600003");
    Traveller attacker = new Traveller(server, application);
    Map<String, String> tab = enterOwnCode(attacker, "attacker-of-code", "600004");
    FormBrowser.Page page = comeAs(attacker, tab, "600003");
    assertThat(page.url()).startsWith(server.url().toString());
    assertThat(page.response().body()).contains("kc-otp-login-form");
    assertThat(users.sessions(victim)).isZero();
  }

  /** The same, and then straight to the address behind the post login flow. */
  @Test
  void theEndOfTheFlowOfOneIsNotThatOfAnother() {
    String victim = victim("victim-of-end", "600005");
    Traveller attacker = new Traveller(server, application);
    Map<String, String> tab = enterOwnCode(attacker, "attacker-of-end", "600006");
    FormBrowser.Page page = comeAs(attacker, tab, "600005");
    Map<String, String> form = StandIn.parameters(URI.create(page.form()).getRawQuery());
    form.remove("execution");
    page = attacker.browser().open(address("/broker/after-post-broker-login", form));
    assertThat(page.url()).startsWith(server.url().toString());
    assertThat(users.sessions(victim)).isZero();
  }

  /**
   * Somebody new stops before his account is linked, and comes back as somebody else, who would be
   * given that link.
   */
  @Test
  void theLinkOfOneIsNotMadeWithTheAccountOfAnother() {
    String victim = victim("victim-of-link", "600007");
    Traveller attacker = new Traveller(server, application);
    FormBrowser.Page page =
        attacker.logIn(
            new GitHubAccount(
                600008,
                "attacker-of-link",
                "At <Tacker>",
                null,
                List.of(new GitHubAccount.Address("attacker@hub.example", true, true))));
    assertThat(page.response().body()).contains("kc-idp-review-profile-form");
    Response answer =
        attacker
            .browser()
            .submitOnly(
                page,
                Map.of(
                    "username",
                    "attacker-of-link",
                    "email",
                    "attacker@hub.example",
                    "firstName",
                    "At",
                    "lastName",
                    "Tacker"));
    assertThat(answer.header("Location")).contains("/broker/after-first-broker-login?");
    page =
        comeAs(
            attacker,
            StandIn.parameters(URI.create(answer.header("Location")).getRawQuery()),
            "600007");
    Map<String, String> form = StandIn.parameters(URI.create(page.form()).getRawQuery());
    form.remove("execution");
    page = attacker.browser().open(address("/broker/after-first-broker-login", form));
    assertThat(page.url()).startsWith(server.url().toString());
    assertThat(users.identities(victim)).containsExactly("google 600007");
    assertThat(users.user(victim).get("email").asText()).isEqualTo("victim-of-link@example.org");
    assertThat(users.sessions(victim)).isZero();
  }

  @ParameterizedTest
  @ValueSource(strings = {"google", "github"})
  void whoIsDisabledIsNotLetIn(String provider) {
    String id = users.create("disabled-" + provider, true);
    users.link(id, provider, "600001");
    users.disable(id);
    FormBrowser.Page page = comeFrom(provider, new Traveller(server, application));
    assertThat(page.url()).startsWith(server.url().toString());
    assertThat(page.response().status()).isEqualTo(400);
    assertThat(users.sessions(id)).isZero();
    users.unlink(id, provider);
  }

  private String victim(String name, String account) {
    String id = users.createWithAuthenticator(name, SECRET);
    users.link(id, "google", account);
    return id;
  }

  /** Returns the parameters of the address that the attacker does not go to. */
  private Map<String, String> enterOwnCode(Traveller attacker, String name, String account) {
    users.link(users.createWithAuthenticator(name, OTHER_SECRET), "google", account);
    FormBrowser.Page page = attacker.logIn(GoogleAccount.of(account, name + "@gmail.example"));
    assertThat(page.response().body()).contains("kc-otp-login-form");
    Response answer =
        attacker.browser().submitOnly(page, Map.of("otp", new Authenticator(OTHER_SECRET).code()));
    assertThat(answer.header("Location")).contains("/broker/after-post-broker-login?");
    return StandIn.parameters(URI.create(answer.header("Location")).getRawQuery());
  }

  private FormBrowser.Page comeAs(Traveller traveller, Map<String, String> tab, String account) {
    server.google().add(GoogleAccount.of(account, account + "@gmail.example"));
    FormBrowser.Page page =
        traveller.browser().open(address("/broker/google/login", new LinkedHashMap<>(tab)));
    assertThat(page.url()).as(page.response().body()).startsWith(Google.ISSUER);
    return traveller.browser().open(traveller.agree(page.url(), account));
  }

  private String address(String path, Map<String, String> parameters) {
    StringBuilder address = new StringBuilder(server.realm().url() + path);
    char before = '?';
    for (Map.Entry<String, String> parameter : parameters.entrySet()) {
      address.append(before).append(parameter.getKey()).append('=');
      address.append(StandIn.encode(parameter.getValue()));
      before = '&';
    }
    return address.toString();
  }

  private FormBrowser.Page comeFrom(String provider, Traveller traveller) {
    return provider.equals("google")
        ? traveller.logIn(GoogleAccount.of("600001", "factor@gmail.example"))
        : traveller.logIn(GitHubAccount.of(600001, "factor", "factor@hub.example"));
  }

  private String subject(FormBrowser.Page page) {
    return Realm.claims(application.redeem(page.parameter("code")).expect(200).text("id_token"))
        .get("sub")
        .asText();
  }
}
