package dev.bulwark.it.social;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bulwark.it.support.Application;
import dev.bulwark.it.support.Authenticator;
import dev.bulwark.it.support.FormBrowser;
import dev.bulwark.it.support.Http;
import dev.bulwark.it.support.Inbox;
import dev.bulwark.it.support.Realm;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * O2: somebody comes from a provider with the address or the name of an account that is there
 * already. Nothing is linked before he has shown that the account is his.
 */
@Tag("slow")
class LinkingIT {

  private static final String SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP";

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
  void theSameAddressIsLinkedByThePasswordAlone(String provider) {
    String name = "same-address-" + provider;
    String id = users.create(name, true);
    Traveller traveller = new Traveller(server, application);
    FormBrowser.Page page = comeFrom(provider, traveller, name);
    assertThat(page.response().body()).contains("linkAccount");
    assertNotIn(page, id);

    page = traveller.browser().submit(page, Map.of("submitAction", "linkAccount"));
    assertThat(page.response().body()).contains("kc-form-login");
    page =
        traveller.browser().submit(page, Map.of("username", name, "password", "not-his-password"));
    assertNotIn(page, id);

    page = traveller.browser().submit(page, Map.of("username", name, "password", Realm.PASSWORD));
    assertThat(subject(page)).isEqualTo(id);
    assertThat(users.identities(id)).hasSize(1).first().asString().startsWith(provider);
    assertThat(subject(comeFrom(provider, new Traveller(server, application), name))).isEqualTo(id);
  }

  /** An account that somebody else made with this address, and knows the password of. */
  @ParameterizedTest
  @ValueSource(strings = {"google", "github"})
  void anAddressThatNobodyVerifiedIsNotLinkedEither(String provider) {
    String name = "squatter-" + provider;
    String id = users.create(name, false);
    FormBrowser.Page page = comeFrom(provider, new Traveller(server, application), name);
    assertThat(page.response().body()).contains("linkAccount");
    assertNotIn(page, id);
  }

  /** The page takes another name, too: then it is that account which is linked. */
  @Test
  void thePasswordOfAnotherAccountDoesNotLinkThisOne() {
    String victim = users.create("link-victim", true);
    String attacker = users.create("link-attacker", true);
    users.setPassword(attacker, "the-attackers-own-battery");
    Traveller traveller = new Traveller(server, application);
    FormBrowser.Page page = comeFrom("google", traveller, "link-victim");
    page = traveller.browser().submit(page, Map.of("submitAction", "linkAccount"));
    page =
        traveller
            .browser()
            .submit(
                page, Map.of("username", "link-attacker", "password", "the-attackers-own-battery"));
    assertThat(subject(page)).isEqualTo(attacker);
    assertThat(users.identities(victim)).isEmpty();
    assertThat(users.sessions(victim)).isZero();
  }

  @Test
  void theSecondFactorIsAskedForBeforeTheLinkIsMadeAndOnce() {
    String id = users.createWithAuthenticator("link-factor", SECRET);
    Traveller traveller = new Traveller(server, application);
    FormBrowser.Page page = comeFrom("google", traveller, "link-factor");
    page = traveller.browser().submit(page, Map.of("submitAction", "linkAccount"));
    page =
        traveller
            .browser()
            .submit(page, Map.of("username", "link-factor", "password", Realm.PASSWORD));
    assertThat(page.response().body()).contains("kc-otp-login-form");
    assertNotIn(page, id);
    page = traveller.browser().submit(page, Map.of("otp", "000000"));
    assertThat(page.response().body()).contains("kc-otp-login-form");
    assertNotIn(page, id);
    Authenticator authenticator = new Authenticator(SECRET);
    page = traveller.browser().submit(page, Map.of("otp", authenticator.code()));
    assertThat(subject(page)).as("asked once").isEqualTo(id);
    assertThat(users.identities(id)).hasSize(1);

    traveller = new Traveller(server, application);
    page = comeFrom("google", traveller, "link-factor");
    assertThat(page.response().body()).as("at the next login").contains("kc-otp-login-form");
    page = traveller.browser().submit(page, Map.of("otp", authenticator.code()));
    assertThat(subject(page)).isEqualTo(id);
  }

  /**
   * No mail with a link goes to the account's owner: who clicks on it would let in whoever began,
   * and GitHub names are free to choose.
   */
  @Test
  void noMailAsksTheOwnerToLetSomebodyIn() {
    users.create("link-mail", true);
    try (Inbox inbox = new Inbox(server.admin())) {
      Traveller traveller = new Traveller(server, application);
      FormBrowser.Page page = comeFrom("github", traveller, "link-mail");
      page = traveller.browser().submit(page, Map.of("submitAction", "linkAccount"));
      assertThat(page.response().body()).contains("kc-form-login");
      assertThat(inbox.links()).isZero();
    }
  }

  /** A name of GitHub that a local account has: another name can be chosen. */
  @Test
  void aNameThatIsTakenDoesNotLink() {
    String id = users.create("taken", true);
    Traveller traveller = new Traveller(server, application);
    FormBrowser.Page page =
        traveller.logIn(GitHubAccount.of(7001, "taken", "somebody-else@hub.example"));
    assertThat(page.response().body()).contains("linkAccount");
    assertNotIn(page, id);
    page = traveller.browser().submit(page, Map.of("submitAction", "updateProfile"));
    page =
        traveller
            .browser()
            .submit(
                page,
                Map.of(
                    "username",
                    "taken-at-github",
                    "email",
                    "somebody-else@hub.example",
                    "firstName",
                    "Some",
                    "lastName",
                    "Body"));
    assertThat(subject(page)).isNotEqualTo(id);
    assertThat(users.identities(id)).isEmpty();
  }

  /** The page on which a profile is completed is no way to an address that is somebody's. */
  @Test
  void anAddressEnteredOnTheWayIsNeitherLinkedNorVerified() {
    String id = users.create("reviewed", true);
    Traveller traveller = new Traveller(server, application);
    FormBrowser.Page page =
        traveller.logIn(new GoogleAccount("90001", "real@gmail.example", true, "Only", "<One>"));
    assertThat(page.response().body()).contains("kc-idp-review-profile-form");
    page = review(traveller, page, "reviewed@example.org");
    assertThat(page.response().body()).contains("linkAccount");
    assertNotIn(page, id);

    traveller = new Traveller(server, application);
    page = traveller.logIn(new GoogleAccount("90001", "real@gmail.example", true, "Only", "<One>"));
    page = review(traveller, page, "nobodys-yet@example.org");
    String made = subject(page);
    assertThat(users.user(made).get("email").asText()).isEqualTo("nobodys-yet@example.org");
    assertThat(users.user(made).get("emailVerified").asBoolean()).isFalse();
  }

  /** Whoever has no password shows by the other provider that the account is his. */
  @Test
  void theOtherProviderLinksToo() {
    Traveller traveller = new Traveller(server, application);
    String id = subject(traveller.logIn(GoogleAccount.of("90002", "both@gmail.example")));
    traveller = new Traveller(server, application);
    FormBrowser.Page page =
        traveller.logIn(GitHubAccount.of(7002, "both-ways", "both@gmail.example"));
    page = traveller.browser().submit(page, Map.of("submitAction", "linkAccount"));
    page = traveller.browser().open(traveller.agree(traveller.choose(page, "google"), "90002"));
    assertThat(subject(page)).isEqualTo(id);
    assertThat(users.identities(id)).containsExactlyInAnyOrder("google 90002", "github 7002");
  }

  /** Addresses do not differ by their case. */
  @Test
  void theSameAddressInCapitalsIsTheSame() {
    String id = users.create("capitals", true);
    FormBrowser.Page page =
        new Traveller(server, application).logIn(GoogleAccount.of("90003", "CAPITALS@Example.ORG"));
    assertThat(page.response().body()).contains("linkAccount");
    assertNotIn(page, id);
  }

  /** From the account console, for which {@code idp_link} is the action. */
  @ParameterizedTest
  @ValueSource(strings = {"google", "github"})
  void whoIsLoggedInAddsAProvider(String provider) {
    String name = "adds-" + provider;
    String id = users.create(name, true);
    Traveller traveller = new Traveller(server, application);
    FormBrowser browser = traveller.browser();
    FormBrowser.Page page =
        browser.submit(traveller.loginPage(), Map.of("username", name, "password", Realm.PASSWORD));
    assertThat(subject(page)).isEqualTo(id);
    page = browser.open(linking(provider));
    page = browser.submit(page, Map.of("continue", ""));
    assertThat(page.url()).as(page.response().body()).doesNotStartWith(server.url().toString());
    server.google().add(GoogleAccount.of("90004", "elsewhere@gmail.example"));
    server.gitHub().add(GitHubAccount.of(7003, "elsewhere", "elsewhere@hub.example"));
    String account = provider.equals("google") ? "90004" : "elsewhere";
    page = browser.open(traveller.agree(page.url(), account));
    assertThat(page.parameters()).containsEntry("kc_action_status", "success");
    assertThat(users.identities(id)).hasSize(1).first().asString().startsWith(provider);
    assertThat(users.user(id).get("email").asText()).isEqualTo(name + "@example.org");
  }

  @Test
  void anAccountThatIsLinkedWithAnotherUserIsNotAdded() {
    String owner = users.create("owner-of-link", true);
    users.link(owner, "google", "90005");
    String id = users.create("wants-the-link", true);
    Traveller traveller = new Traveller(server, application);
    FormBrowser browser = traveller.browser();
    browser.submit(
        traveller.loginPage(), Map.of("username", "wants-the-link", "password", Realm.PASSWORD));
    FormBrowser.Page page = browser.open(linking("google"));
    page = browser.submit(page, Map.of("continue", ""));
    server.google().add(GoogleAccount.of("90005", "owner@gmail.example"));
    page = browser.open(traveller.agree(page.url(), "90005"));
    assertThat(page.parameters()).doesNotContainEntry("kc_action_status", "success");
    assertThat(users.identities(id)).isEmpty();
    assertThat(users.identities(owner)).containsExactly("google 90005");
  }

  /** Where the account console sends a browser to; no other client of the realm may. */
  private String linking(String provider) {
    return server.realm().endpoint("auth")
        + "?client_id=account-console&response_type=code&scope=openid&redirect_uri="
        + Http.encode(server.realm().url() + "/account/")
        + "&code_challenge_method=S256&code_challenge="
        + StandIn.sha256("a-verifier-of-at-least-forty-three-characters-0123456789")
        + "&kc_action=idp_link:"
        + provider;
  }

  private FormBrowser.Page comeFrom(String provider, Traveller traveller, String name) {
    int number = Math.abs(name.hashCode());
    return provider.equals("google")
        ? traveller.logIn(GoogleAccount.of("8" + number, name + "@example.org"))
        : traveller.logIn(GitHubAccount.of(number, name + "-hub", name + "@example.org"));
  }

  private static FormBrowser.Page review(Traveller traveller, FormBrowser.Page page, String email) {
    return traveller
        .browser()
        .submit(
            page,
            Map.of("username", email, "email", email, "firstName", "Only", "lastName", "One"));
  }

  private void assertNotIn(FormBrowser.Page page, String user) {
    assertThat(page.url()).startsWith(server.url().toString());
    assertThat(users.identities(user)).isEmpty();
    assertThat(users.sessions(user)).isZero();
  }

  private String subject(FormBrowser.Page page) {
    return Realm.claims(application.redeem(page.parameter("code")).expect(200).text("id_token"))
        .get("sub")
        .asText();
  }
}
