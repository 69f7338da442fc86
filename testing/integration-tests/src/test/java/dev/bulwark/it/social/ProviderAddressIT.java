package dev.bulwark.it.social;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.bulwark.it.social.GitHubAccount.Address;
import dev.bulwark.it.support.Application;
import dev.bulwark.it.support.FormBrowser;
import dev.bulwark.it.support.Inbox;
import dev.bulwark.it.support.Json;
import dev.bulwark.it.support.Realm;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * O2: which address the user gets from a provider, and that one counts as verified only where the
 * provider says so.
 */
@Tag("slow")
class ProviderAddressIT {

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

  /** GitHub lets people show one of their verified addresses; most show none. */
  @Test
  void withoutAPublicAddressThePrimaryOneOfGitHubIsUsed() {
    JsonNode user =
        user(
            new Traveller(server, application)
                .logIn(GitHubAccount.of(5001, "shy", "shy@hub.example")));
    assertThat(user.get("email").asText()).isEqualTo("shy@hub.example");
  }

  @Test
  void aPublicAddressOfGitHubIsUsed() {
    JsonNode user =
        user(
            new Traveller(server, application)
                .logIn(
                    new GitHubAccount(
                        5002,
                        "open",
                        "Open Hub",
                        "open@hub.example",
                        List.of(new Address("open-primary@hub.example", true, true)))));
    assertThat(user.get("email").asText()).isEqualTo("open@hub.example");
  }

  /** Keycloak's broker does not look at {@code verified}: so no address of GitHub is. */
  @Test
  void noAddressOfGitHubCountsAsVerified() {
    JsonNode verified =
        user(
            new Traveller(server, application)
                .logIn(GitHubAccount.of(5003, "sure", "sure@hub.example")));
    assertThat(verified.get("emailVerified").asBoolean()).isFalse();
    JsonNode unverified =
        user(
            new Traveller(server, application)
                .logIn(unverified(5004, "unsure", "unsure@hub.example")));
    assertThat(unverified.get("email").asText()).isEqualTo("unsure@hub.example");
    assertThat(unverified.get("emailVerified").asBoolean()).isFalse();
  }

  /** As shipped: whoever is new from GitHub confirms the address once, from Google nobody does. */
  @Test
  void anAddressThatIsNotProvenIsConfirmedByMail() {
    server.admin().put("/realms/app", Json.object("verifyEmail", true)).expect(204);
    try (Inbox inbox = new Inbox(server.admin())) {
      assertThat(
              new Traveller(server, application)
                  .logIn(GoogleAccount.of("5103", "proven@gmail.example"))
                  .parameters())
          .containsKey("code");
      // Mails about earlier changes may arrive, which are tried again when there is a mail server.
      assertThat(inbox.links()).isZero();
      Traveller traveller = new Traveller(server, application);
      FormBrowser.Page page =
          traveller.logIn(GitHubAccount.of(5008, "to-confirm", "to-confirm@hub.example"));
      assertThat(page.parameters()).doesNotContainKey("code");
      page = traveller.browser().open(inbox.link());
      assertThat(user(page).get("emailVerified").asBoolean()).isTrue();
      assertThat(
              new Traveller(server, application)
                  .logIn(GitHubAccount.of(5008, "to-confirm", "to-confirm@hub.example"))
                  .parameters())
          .as("asked once")
          .containsKey("code");
    } finally {
      server.admin().put("/realms/app", Json.object("verifyEmail", false)).expect(204);
    }
  }

  /** M2: whichever page the login is for, nobody makes a key before the address is proven. */
  @Test
  void nobodyFromAProviderMakesAKeyBeforeTheProof() {
    server.admin().put("/realms/app", Json.object("verifyEmail", true)).expect(204);
    try (Inbox inbox = new Inbox(server.admin())) {
      GitHubAccount account = GitHubAccount.of(5012, "eager", "eager@hub.example");
      server.gitHub().add(account);
      Traveller traveller = new Traveller(server, application);
      FormBrowser.Page login =
          traveller.browser().open(application.login("openid") + "&kc_action=create-api-key");
      FormBrowser.Page page =
          traveller
              .browser()
              .open(traveller.agree(traveller.choose(login, "github"), account.login()));
      assertThat(page.parameters()).doesNotContainKey("code");
      assertThat(page.response().body()).doesNotContain("kc-create-api-key-form");
      String id = server.admin().userId("eager");
      assertThat(users.sessions(id)).isZero();
      // Neither by the address of the page itself, within the login that waits for the proof.
      assertThat(page.url()).contains("execution=VERIFY_EMAIL");
      page =
          traveller
              .browser()
              .open(page.url().replace("execution=VERIFY_EMAIL", "execution=create-api-key"));
      assertThat(page.response().body()).doesNotContain("kc-create-api-key-form");
      assertThat(credentialTypes(id)).doesNotContain("api-key");

      page = traveller.browser().open(inbox.link());
      assertThat(page.response().body()).contains("kc-create-api-key-form");
    } finally {
      server.admin().put("/realms/app", Json.object("verifyEmail", false)).expect(204);
    }
  }

  private List<String> credentialTypes(String id) {
    List<String> types = new ArrayList<>();
    for (JsonNode credential :
        server.admin().get("/realms/app/users/" + id + "/credentials").expect(200).json()) {
      types.add(credential.get("type").asText());
    }
    return types;
  }

  /**
   * Somebody names your address at GitHub, or on the page that asks for what GitHub does not tell,
   * and waits for you: when you take the account back, that way in is closed.
   */
  @Test
  void aResetByMailClosesTheWaysIntoAnAccountWhoseAddressWasNotProven() {
    server.admin().put("/realms/app", Json.object("verifyEmail", true)).expect(204);
    try (Inbox inbox = new Inbox(server.admin())) {
      GitHubAccount attacker = unverified(5009, "trojan", "owner@hub.example");
      new Traveller(server, application).logIn(attacker);
      String id = server.admin().userId("trojan");
      assertThat(users.identities(id)).hasSize(1);
      inbox.link();

      FormBrowser owner = new FormBrowser(server.url());
      FormBrowser.Page login = owner.open(application.login("openid"));
      FormBrowser.Page form =
          owner.open(server.url().resolve(login.link("reset-credentials")).toString());
      owner.submit(form, Map.of("username", "owner@hub.example"));
      FormBrowser.Page page = owner.open(inbox.link());
      owner.submit(
          page,
          Map.of(
              "password-new",
              "the-owners-own-battery",
              "password-confirm",
              "the-owners-own-battery"));
      assertThat(users.identities(id)).isEmpty();

      page = new Traveller(server, application).logIn(attacker);
      assertThat(page.response().body()).contains("linkAccount");
      assertThat(users.sessions(id)).isZero();
    } finally {
      server.admin().put("/realms/app", Json.object("verifyEmail", false)).expect(204);
    }
  }

  @Test
  void anUnverifiedAddressOfGitHubLinksNothing() {
    String id = users.create("unverified-at-hub", true);
    FormBrowser.Page page =
        new Traveller(server, application)
            .logIn(unverified(5005, "unverified-hub", "unverified-at-hub@example.org"));
    assertThat(page.response().body()).contains("linkAccount");
    assertThat(page.url()).startsWith(server.url().toString());
    assertThat(users.identities(id)).isEmpty();
  }

  @Test
  void withoutAnyAddressAtGitHubNobodyIsLetIn() {
    FormBrowser.Page page =
        new Traveller(server, application)
            .logIn(new GitHubAccount(5006, "addressless", "No Address", null, List.of()));
    assertThat(page.response().status()).isGreaterThanOrEqualTo(400);
    assertThat(page.url()).startsWith(server.url().toString());
    assertThat(
            server
                .admin()
                .get("/realms/app/users?exact=true&username=addressless")
                .expect(200)
                .json())
        .isEmpty();
  }

  /** Neither a profile of GitHub nor a user of the realm needs a name (P5). */
  @Test
  void aNamelessAccountOfGitHubIsAskedForNothing() {
    FormBrowser.Page page =
        new Traveller(server, application)
            .logIn(
                new GitHubAccount(
                    5007,
                    "nameless",
                    null,
                    null,
                    List.of(new Address("nameless@hub.example", true, true))));
    assertThat(page.response().body()).doesNotContain("kc-idp-review-profile-form");
    assertThat(user(page).has("lastName")).isFalse();
  }

  @Test
  void anAddressOfGoogleIsVerifiedIfGoogleSaysSo() {
    JsonNode verified =
        user(
            new Traveller(server, application)
                .logIn(GoogleAccount.of("5101", "sure@gmail.example")));
    assertThat(verified.get("emailVerified").asBoolean()).isTrue();
    JsonNode unverified =
        user(
            new Traveller(server, application)
                .logIn(new GoogleAccount("5102", "unsure@gmail.example", false, "Un", "Sure")));
    assertThat(unverified.get("emailVerified").asBoolean()).isFalse();
  }

  private static GitHubAccount unverified(long id, String login, String email) {
    return new GitHubAccount(
        id, login, "Un Verified", null, List.of(new Address(email, true, false)));
  }

  private JsonNode user(FormBrowser.Page page) {
    return users.user(
        Realm.claims(application.redeem(page.parameter("code")).expect(200).text("id_token"))
            .get("sub")
            .asText());
  }
}
