package dev.bulwark.it.notify;

import static dev.bulwark.it.support.Waits.SOON;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.bulwark.it.database.PostgresProcess;
import dev.bulwark.it.revocation.Directory;
import dev.bulwark.it.support.AdminApi;
import dev.bulwark.it.support.Authenticator;
import dev.bulwark.it.support.FormBrowser;
import dev.bulwark.it.support.Http;
import dev.bulwark.it.support.Inbox;
import dev.bulwark.it.support.Json;
import dev.bulwark.it.support.Realm;
import dev.bulwark.it.support.Response;
import dev.bulwark.it.support.SharedRealm;
import dev.bulwark.it.support.TestStack;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.http.HttpRequest;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** ASVS 6.3.5, 6.3.7, P10, K10: the mails of the shipped realm. */
@SharedRealm
@Tag("slow")
class NotificationsIT {

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String NEW_PASSWORD = "Fjordblick 7 Kamele";

  /** Of the breached password "secret", by the bcrypt of Python. */
  private static final String HASH = "$2b$12$EixZaYVK1fsbw1ZfbX3OXePaWxn96p36WQoeG6Lruj3vjPGga31lW";

  private final AdminApi admin = TestStack.get().admin();
  private final Realm realm = TestStack.get().realm();
  private Inbox inbox;

  @BeforeEach
  void open() {
    inbox = new Inbox(admin);
  }

  @AfterEach
  void close() {
    inbox.close();
  }

  @Test
  void changesOfPasswordFactorsAndKeysAreMailedOnceEach() {
    create("n-changes", true, "");
    FormBrowser browser = browser();
    FormBrowser.Page page =
        logIn(browser, "n-changes", Realm.PASSWORD, "&kc_action=UPDATE_PASSWORD");
    page =
        browser.submit(
            page, Map.of("password-new", NEW_PASSWORD, "password-confirm", NEW_PASSWORD));
    assertThat(page.url()).contains("code=");

    setUpAuthenticator(browser);

    String token = realm.login("alice", Realm.PASSWORD, "openid").expect(200).text("access_token");
    Http.send(
            Http.request(realm.url() + "/api-keys")
                .header("Authorization", "Bearer " + token)
                .header("Content-Type", "application/json")
                .POST(
                    HttpRequest.BodyPublishers.ofString(
                        Json.object("name", "<b>backup</b>", "scopes", List.of("tasks:read")))))
        .expect(201);
    List<Inbox.Mail> ofAlice = inbox.await("alice@", 1);
    assertThat(ofAlice).extracting(Inbox.Mail::subject).containsExactly("An API key was created");
    assertThat(ofAlice.get(0).text()).contains("Name: <b>backup</b>\n", "IP address: 127.0.0.1\n");
    assertThat(ofAlice.get(0).html())
        .contains("Name: &lt;b&gt;backup&lt;/b&gt;", ">Bulwark</h1>")
        .doesNotContain("<b>backup", "<a ");

    admin
        .put(
            "/realms/app/users/" + admin.userId("n-changes") + "/reset-password",
            Json.object("type", "password", "value", Realm.PASSWORD))
        .expect(204);

    List<Inbox.Mail> mails = inbox.await("n-changes@", 4);
    assertThat(mails)
        .extracting(Inbox.Mail::subject)
        .containsExactly(
            "Your password was changed",
            "An authenticator app was added",
            "You have new recovery codes",
            "Your password was changed");
    assertThat(mails.get(0).text())
        .contains("The password of your account at Bulwark was changed.", " UTC\n");
    assertThat(mails.get(3).text())
        .contains("An administrator set the password")
        .doesNotContain("IP address");
  }

  @Test
  void aLoginFromANewDeviceIsMailedInTheLanguageOfTheUser() {
    create("n-device", true, ", \"attributes\": {\"locale\": [\"de\"]}");
    FormBrowser first = browser();
    assertThat(logIn(first, "n-device", Realm.PASSWORD, "").url()).contains("code=");
    FormBrowser again = browser();
    again.takeCookieFrom(first, "BULWARK_DEVICE");
    assertThat(logIn(again, "n-device", Realm.PASSWORD, "").url()).contains("code=");
    realm.login("n-device", Realm.PASSWORD, "openid").expect(200);
    realm.login("n-device", "wrong", "openid").expect(400);

    assertThat(logIn(browser(), "n-device", Realm.PASSWORD, "").url()).contains("code=");

    Inbox.Mail mail = inbox.await("n-device@", 1).get(0);
    assertThat(mail.subject()).isEqualTo("Neue Anmeldung an Ihrem Konto");
    assertThat(mail.text())
        .contains("mit einem Browser angemeldet", "IP-Adresse: 127.0.0.1\n", "Browser: ");
    assertThat(mail.html()).contains("<html lang=\"de\"");
    // Mails go one after the other: another one's shows that there is no second.
    setPasswordOf("bob");
    inbox.await("bob@", 1);
    assertThat(inbox.to("n-device@")).hasSize(1);
  }

  @Test
  void aBreachedPasswordIsMailedOnceAndToAProvenAddressOnly() {
    create("n-breached", true, credential());
    create("n-unproven", false, credential());
    // The password is right; the address has to be confirmed first.
    realm.login("n-unproven", "secret", "openid").expect(400);
    realm.login("n-breached", "secret", "openid").expect(200);
    realm.login("n-breached", "secret", "openid").expect(200);

    Inbox.Mail mail = inbox.await("n-breached@", 1).get(0);
    assertThat(mail.subject()).isEqualTo("Choose another password");
    assertThat(mail.text())
        .contains("is known from data breaches", "Sign in and change the password")
        .doesNotContain("secret");
    setPasswordOf("bob");
    inbox.await("bob@", 1);
    assertThat(inbox.to("n-breached@")).hasSize(1);
    assertThat(inbox.to("n-unproven@")).isEmpty();
  }

  /** Keycloak waits ten seconds for a mail server; a login must not. */
  @Test
  void aMailServerThatNeverAnswersSlowsNoLogin() throws Exception {
    create("n-slow", true, "");
    assertThat(logIn(browser(), "n-slow", Realm.PASSWORD, "").url()).contains("code=");
    try (ServerSocket silent = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      CompletableFuture<Socket> caller =
          CompletableFuture.supplyAsync(
              () -> {
                try {
                  return silent.accept();
                } catch (IOException e) {
                  throw new UncheckedIOException(e);
                }
              });
      useMailServer(silent.getLocalPort());
      assertThat(logIn(browser(), "n-slow", Realm.PASSWORD, "").url()).contains("code=");
      try (Socket waiting = caller.get(20, TimeUnit.SECONDS)) {
        // The mail is still under way while the next login is done.
        assertThat(logIn(browser(), "alice", Realm.PASSWORD, "").url()).contains("code=");
        waiting.setSoTimeout(1);
        assertThatThrownBy(() -> waiting.getInputStream().read())
            .as("the connection is still open")
            .isInstanceOf(SocketTimeoutException.class);
      }
    }
    await()
        .atMost(Duration.ofSeconds(30))
        .until(
            () ->
                TestStack.get()
                    .keycloak()
                    .log()
                    .contains(
                        "The mail to user "
                            + admin.userId("n-slow")
                            + " about login-from-new-device failed and is sent again later"));
    // The realm's mails pause for 15 seconds, then go to the server that there is.
    assertThat(inbox.to("n-slow@")).isEmpty();
    inbox.use(admin);
    assertThat(inbox.await("n-slow@", 1))
        .extracting(Inbox.Mail::subject)
        .containsExactly("New sign-in to your account");
  }

  /** K10: users choose their address, and with the name of a key a part of the text. */
  @Test
  void aMailThatTheServerDoesNotAcceptHoldsUpNoOther() {
    List<String> names = List.of("n-spam", "n-full", "n-gone", "n-fine");
    names.forEach(name -> create(name, true, ""));
    try (ChoosyMailServer server = ChoosyMailServer.start()) {
      server.toText("n-spam@example.org", "554 5.7.1 looks like spam");
      server.toRecipient("n-full@example.org", "450 4.2.2 mailbox full");
      server.toRecipient("n-gone@example.org", "550 5.1.1 no such user");
      useMailServer(server.port());
      names.forEach(this::setPasswordOf);
      // A pause of the realm would be 15 seconds long, and 30 seconds after the second failure.
      await()
          .atMost(Duration.ofSeconds(30))
          .until(() -> server.taken().equals(List.of("n-fine@example.org")));
      server.toRecipient("n-full@example.org", "250 accepted");
      server.toText("n-spam@example.org", "250 accepted");
      await()
          .atMost(SOON)
          .until(
              () ->
                  server.taken().containsAll(List.of("n-full@example.org", "n-spam@example.org")));
      assertThat(server.asked()).containsOnlyOnce("n-gone@example.org");
    }
    assertThat(TestStack.get().keycloak().log())
        .contains(
            "The mail to user "
                + admin.userId("n-gone")
                + " about password-set-by-administrator failed and is not sent again");
  }

  /** K10: Keycloak stores no attribute of such a user. */
  @Test
  void aLoginOfAUserOfAReadOnlyDirectoryHoldsUpNoMail() {
    try (Directory directory = Directory.start(List.of("n-directory"))) {
      String store = directory.connect(admin, "/realms/app", "notifications", false);
      String path = "/realms/app/components/" + store;
      ObjectNode component = (ObjectNode) admin.get(path).expect(200).json();
      component.withObject("/config").putArray("trustEmail").add("true");
      admin.put(path, component.toString()).expect(204);
      try {
        assertThat(logIn(browser(), "n-directory", Directory.PASSWORD, "").url()).contains("code=");
        assertThat(inbox.await("n-directory@", 1))
            .extracting(Inbox.Mail::subject)
            .containsExactly("New sign-in to your account");
      } finally {
        admin.delete(path).expect(204);
      }
    }
  }

  /** N2: what an administrator writes with the user, beside or in place of a new password. */
  @Test
  void credentialsThatAnAdministratorWritesWithTheUserAreMailed() {
    create("n-written", true, "");
    String id = admin.userId("n-written");
    String path = "/realms/app/users/" + id;
    admin.put(path, Json.object("firstName", "Other")).expect(204);
    admin
        .put(
            path,
            """
            {"credentials": [{"type": "password", "value": "%s"}]}
            """
                .formatted(NEW_PASSWORD))
        .expect(204);
    admin
        .put(
            path,
            """
            {"credentials": [{"type": "otp", "userLabel": "not hers",
              "secretData": "{\\"value\\": \\"12345678901234567890\\"}",
              "credentialData": "{\\"subType\\": \\"totp\\", \\"period\\": 30, \\"digits\\": 6,\
             \\"counter\\": 0, \\"algorithm\\": \\"HmacSHA1\\"}"}]}
            """)
        .expect(204);
    List<Inbox.Mail> mails = inbox.await("n-written@", 2);
    assertThat(mails)
        .extracting(Inbox.Mail::subject)
        .containsExactly("Your password was changed", "A sign-in method was changed");
    assertThat(mails.get(0).text())
        .contains("An administrator set the password")
        .doesNotContain("IP address", NEW_PASSWORD);
    assertThat(mails.get(1).text())
        .contains("An administrator set a sign-in method")
        .doesNotContain("IP address", "12345678901234567890");
    JsonNode events =
        admin.get("/realms/app/events?type=UPDATE_CREDENTIAL&user=" + id).expect(200).json();
    assertThat(events.findValuesAsText("credential_type")).containsExactly("otp", "password");
    assertThat(events.findValuesAsText("administrator")).hasSize(2).doesNotContain("unknown");
    assertThat(events.findValuesAsText("ipAddress")).doesNotContain("127.0.0.1");
    // A change of nothing, and one that is rejected: no further mail. Another one's shows that.
    admin.put(path, Json.object("firstName", "Another")).expect(204);
    admin
        .put(
            path,
            """
            {"credentials": [{"type": "password", "value": "short"}]}
            """)
        .expect(400);
    setPasswordOf("bob");
    inbox.await("bob@", 1);
    assertThat(inbox.to("n-written@")).hasSize(2);
  }

  /** ASVS 6.3.7: a link of an administrator gives access to the account, too. */
  @Test
  void aLinkOfAnAdministratorIsMailed() {
    create("n-linked", true, "");
    String path = "/realms/app/users/" + admin.userId("n-linked") + "/federated-identity/google";
    admin.post(path, Json.object("userId", "1", "userName", "n-linked")).expect(204);
    admin.delete(path).expect(204);
    List<Inbox.Mail> mails = inbox.await("n-linked@", 2);
    assertThat(mails)
        .extracting(Inbox.Mail::subject)
        .containsExactly("A sign-in method was added", "A sign-in method was removed");
    assertThat(mails.get(0).text()).contains("Name: google\n").doesNotContain("IP address");
  }

  private void useMailServer(int port) {
    admin
        .put(
            "/realms/app",
            """
            {"smtpServer": {"host": "127.0.0.1", "port": "%d", "from": "auth@example.org"}}
            """
                .formatted(port))
        .expect(204);
  }

  /** K10: on PostgreSQL, whose rows the test makes older. */
  @Test
  void ownersHearOfKeysThatExpireSoonAndOfNewNetworks() {
    Assumptions.assumeTrue(
        TestStack.get().database().orElse(null) instanceof PostgresProcess, "PostgreSQL");
    PostgresProcess database = (PostgresProcess) TestStack.get().database().orElseThrow();
    create("n-keys", true, "");
    String token = realm.login("n-keys", Realm.PASSWORD, "openid").expect(200).text("access_token");
    Instant endOfDay = Instant.now().plus(Duration.ofDays(3)).truncatedTo(ChronoUnit.DAYS);
    JsonNode key = createKey(token, "deploy", endOfDay);
    createKey(token, "short", Instant.now().plus(Duration.ofDays(2)));
    inbox.await("n-keys@", 2);

    assertThat(exchange(key).status()).isEqualTo(200);
    String row = " WHERE id = '" + key.get("id").asText() + "'";
    await("the first network is noted")
        .atMost(Duration.ofSeconds(60))
        .until(
            () -> database.sql("SELECT networks FROM bulwark_api_key" + row),
            networks -> networks.contains("127.0.0.0_24"));
    database.sql("UPDATE bulwark_api_key SET created_at = created_at - 864000000" + row);
    Inbox.Mail mail = awaitSubject("n-keys@", "An API key expires soon");
    assertThat(mail.text())
        .contains("Name: deploy\n")
        .containsPattern("Expires: .* 11:59\\hPM UTC\n")
        .doesNotContain("IP address");

    verifyFrom("203.0.113.7", key);
    mail = awaitSubject("n-keys@", "An API key was used from a new network");
    assertThat(mail.text()).contains("Name: deploy\n", "IP address: 203.0.113.7\n");
    // The same network, and the same end: no further mail. Another network shows that.
    verifyFrom("203.0.113.99", key);
    verifyFrom("198.51.100.1", key);
    List<Inbox.Mail> mails = inbox.await("n-keys@", 5);
    assertThat(mails)
        .extracting(Inbox.Mail::subject)
        .containsExactlyInAnyOrder(
            "An API key was created",
            "An API key was created",
            "An API key expires soon",
            "An API key was used from a new network",
            "An API key was used from a new network");
  }

  private Inbox.Mail awaitSubject(String address, String subject) {
    return await()
        .atMost(Duration.ofSeconds(90))
        .until(
            () ->
                inbox.to(address).stream()
                    .filter(mail -> mail.subject().equals(subject))
                    .findFirst(),
            Optional::isPresent)
        .orElseThrow();
  }

  private JsonNode createKey(String token, String name, Instant end) {
    return Http.send(
            Http.request(realm.url() + "/api-keys")
                .header("Authorization", "Bearer " + token)
                .header("Content-Type", "application/json")
                .POST(
                    HttpRequest.BodyPublishers.ofString(
                        Json.object(
                            "name", name, "scopes", List.of("tasks:read"), "expiresAt", end))))
        .expect(201)
        .json();
  }

  private Response exchange(JsonNode key) {
    return Http.postForm(
        realm.endpoint("token"),
        Map.of("grant_type", "urn:bulwark:params:oauth:grant-type:api-key", "client_id", "dev-cli"),
        "X-API-Key",
        key.get("key").asText());
  }

  /** As a gateway that tells whose key it is. */
  private void verifyFrom(String address, JsonNode key) {
    String path = "/realms/app/clients/" + admin.clientUuid("gateway");
    ObjectNode client = (ObjectNode) admin.get(path).expect(200).json();
    client.withObject("/attributes").put("api-key.verify.address-header", "X-Real-IP");
    admin.put(path, client.toString()).expect(204);
    Http.get(
            realm.url() + "/api-keys/verify",
            "Authorization",
            Realm.basic("gateway", "gateway-dev-secret"),
            "X-API-Key",
            key.get("key").asText(),
            "X-Real-IP",
            address)
        .expect(200);
  }

  /** ASVS 6.3.7: whoever takes an account over changes the address first. */
  @Test
  void aChangedAddressOrNameIsToldToTheFormerAddress() {
    create("n-moved", true, "");
    FormBrowser browser = browser();
    FormBrowser.Page page = logIn(browser, "n-moved", Realm.PASSWORD, "&kc_action=UPDATE_EMAIL");
    browser.submit(page, Map.of("email", "n-elsewhere@example.org"));
    inbox.await("n-elsewhere@", 1);
    assertThat(inbox.to("n-moved@")).as("before it is confirmed").isEmpty();
    browser.open(inbox.link());
    Inbox.Mail mail = inbox.await("n-moved@", 1).get(0);
    assertThat(mail.subject()).isEqualTo("Your email address was changed");
    assertThat(mail.text()).contains("IP address: 127.0.0.1\n").doesNotContain("n-elsewhere");

    String path = "/realms/app/users/" + admin.userId("n-moved");
    admin.put(path, Json.object("email", "n-third@example.org", "emailVerified", true)).expect(204);
    mail = inbox.await("n-elsewhere@", 1).get(0);
    assertThat(mail.subject()).isEqualTo("Your email address was changed");
    assertThat(mail.text()).doesNotContain("IP address");

    admin.put(path, Json.object("firstName", "Other")).expect(204);
    admin.put(path, Json.object("email", "N-Third@example.org")).expect(204);
    admin
        .put(path, Json.object("email", "n-stranger@example.org", "emailVerified", false))
        .expect(204);
    inbox.await("n-third@", 1);
    admin.put(path, Json.object("email", "n-last@example.org")).expect(204);
    setPasswordOf("bob");
    inbox.await("bob@", 1);
    assertThat(inbox.to("n-third@")).hasSize(1);
    assertThat(inbox.to("n-stranger@")).as("an address that nobody has proven").isEmpty();
    assertThat(inbox.to("n-moved@")).as("moved away: the first mail alone").hasSize(1);
  }

  private void setPasswordOf(String user) {
    admin
        .put(
            "/realms/app/users/" + admin.userId(user) + "/reset-password",
            Json.object("type", "password", "value", Realm.PASSWORD))
        .expect(204);
  }

  private static String credential() {
    ObjectNode user = JSON.createObjectNode();
    user.putArray("credentials")
        .addObject()
        .put("type", "password")
        .put("credentialData", Json.object("hashIterations", 12, "algorithm", "bcrypt"))
        .put("secretData", Json.object("value", HASH, "salt", ""));
    String json = user.toString();
    return ", " + json.substring(1, json.length() - 1);
  }

  private void create(String name, boolean verified, String more) {
    String password =
        more.contains("credentials")
            ? ""
            : ", \"credentials\": [{\"type\": \"password\", \"value\": \""
                + Realm.PASSWORD
                + "\"}]";
    admin
        .post(
            "/realms/app/users",
            """
            {"username": "%1$s", "enabled": true, "email": "%1$s@example.org",
             "emailVerified": %2$s, "firstName": "Test", "lastName": "User"%3$s%4$s}
            """
                .formatted(name, verified, password, more))
        .expect(201);
  }

  private static FormBrowser browser() {
    return new FormBrowser(TestStack.get().url());
  }

  private FormBrowser.Page logIn(FormBrowser browser, String name, String password, String more) {
    FormBrowser.Page page = browser.open(authorization(more));
    return browser.submit(page, Map.of("username", name, "password", password));
  }

  private String authorization(String more) {
    return realm.endpoint("auth")
        + "?client_id=dev-cli&response_type=code&scope=openid"
        + "&redirect_uri=http%3A%2F%2Flocalhost%2F&code_challenge_method=S256"
        + "&code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
        + more;
  }

  /** In the session of the browser. */
  private void setUpAuthenticator(FormBrowser browser) {
    FormBrowser.Page page = browser.open(authorization("&kc_action=CONFIGURE_TOTP"));
    String raw = page.value("totpSecret");
    FormBrowser.Page manual = browser.click(page, "mode=manual");
    String secret = manual.text("kc-totp-secret-key").replace(" ", "");
    page =
        browser.submit(
            manual,
            Map.of(
                "totp", new Authenticator(secret).code(), "totpSecret", raw, "userLabel", "phone"));
    page =
        browser.submit(
            page,
            Map.of(
                "generatedRecoveryAuthnCodes",
                page.value("generatedRecoveryAuthnCodes"),
                "generatedAt",
                page.value("generatedAt"),
                "userLabel",
                "codes"));
    assertThat(page.url()).contains("code=");
  }
}
