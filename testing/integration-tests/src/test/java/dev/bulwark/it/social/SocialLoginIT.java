package dev.bulwark.it.social;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.bulwark.it.support.AdminApi;
import dev.bulwark.it.support.Application;
import dev.bulwark.it.support.FormBrowser;
import dev.bulwark.it.support.Realm;
import dev.bulwark.it.support.Response;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** O2: the first and the second login of somebody with an account at Google or GitHub. */
class SocialLoginIT {

  private static Application application;

  private final SocialServer server = SocialServer.get();
  private final AdminApi admin = server.admin();

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

  @Test
  void theFirstLoginWithGoogleMakesTheUserAndTheSecondFindsHim() {
    GoogleAccount account = GoogleAccount.of("110248495921238986420", "grace@gmail.example");
    Response first = tokens(new Traveller(server, application).logIn(account));
    JsonNode claims = Realm.claims(first.text("id_token"));
    assertThat(claims.get("email").asText()).isEqualTo("grace@gmail.example");
    assertThat(claims.get("email_verified").asBoolean()).isTrue();
    assertThat(claims.get("given_name").asText()).isEqualTo("Grace");
    assertThat(claims.get("family_name").asText()).isEqualTo("Goog-Hopper");
    String user = claims.get("sub").asText();
    assertThat(identities(user)).containsExactly("google 110248495921238986420");

    // He has got another address at Google meanwhile: it is the id that counts.
    Response second =
        tokens(
            new Traveller(server, application)
                .logIn(GoogleAccount.of("110248495921238986420", "grace.hopper@gmail.example")));
    assertThat(Realm.claims(second.text("id_token")).get("sub").asText()).isEqualTo(user);
    assertThat(server.proxy().hosts())
        .contains(
            "oauth2.googleapis.com:443",
            "openidconnect.googleapis.com:443",
            "www.googleapis.com:443");
  }

  @Test
  void theFirstLoginWithGitHubMakesTheUserAndTheSecondFindsHim() {
    GitHubAccount account = GitHubAccount.of(1024025, "torvalds", "linus@hub.example");
    Response first = tokens(new Traveller(server, application).logIn(account));
    JsonNode claims = Realm.claims(first.text("id_token"));
    assertThat(claims.get("preferred_username").asText()).isEqualTo("torvalds");
    assertThat(claims.get("email").asText()).isEqualTo("linus@hub.example");
    String user = claims.get("sub").asText();
    assertThat(identities(user)).containsExactly("github 1024025");

    // Another login name, for GitHub lets people change it.
    Response second =
        tokens(
            new Traveller(server, application)
                .logIn(GitHubAccount.of(1024025, "linus", "linus@hub.example")));
    assertThat(Realm.claims(second.text("id_token")).get("sub").asText()).isEqualTo(user);
  }

  /** RFC 7636 and OpenID Connect: what protects the way to the provider and back. */
  @Test
  void theWayToTheProviderIsProtected() {
    Traveller traveller = new Traveller(server, application);
    FormBrowser.Page login = traveller.loginPage();
    Map<String, String> google =
        StandIn.parameters(java.net.URI.create(traveller.choose(login, "google")).getRawQuery());
    assertThat(google)
        .containsEntry("response_type", "code")
        .containsEntry("code_challenge_method", "S256")
        .containsEntry("scope", "openid profile email");
    assertThat(google.get("state")).hasSizeGreaterThan(40);
    assertThat(google.get("nonce")).hasSizeGreaterThan(20);
    assertThat(google.get("code_challenge")).hasSize(43);
    Map<String, String> gitHub =
        StandIn.parameters(
            java.net.URI.create(traveller.choose(traveller.loginPage(), "github")).getRawQuery());
    assertThat(gitHub)
        .containsEntry("code_challenge_method", "S256")
        .containsEntry("scope", "user:email");
    assertThat(gitHub.get("state")).hasSizeGreaterThan(40);
  }

  private Response tokens(FormBrowser.Page page) {
    return application.redeem(page.parameter("code")).expect(200);
  }

  /** Provider and id of each account that the user is linked with. */
  private List<String> identities(String user) {
    List<String> identities = new java.util.ArrayList<>();
    admin
        .get("/realms/app/users/" + user + "/federated-identity")
        .expect(200)
        .json()
        .forEach(
            identity ->
                identities.add(
                    identity.get("identityProvider").asText()
                        + " "
                        + identity.get("userId").asText()));
    return identities;
  }
}
