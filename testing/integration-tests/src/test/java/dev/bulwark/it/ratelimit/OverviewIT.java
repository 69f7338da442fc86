package dev.bulwark.it.ratelimit;

import static dev.bulwark.it.ratelimit.LimitedServer.PASSWORD;
import static dev.bulwark.it.ratelimit.LimitedServer.PER_ACCOUNT;
import static dev.bulwark.it.ratelimit.LimitedServer.REALM;
import static dev.bulwark.it.ratelimit.LimitedServer.newAddress;
import static dev.bulwark.it.ratelimit.LimitedServer.nobody;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.microsoft.playwright.Browser;
import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Route;
import com.microsoft.playwright.options.ForcedColors;
import dev.bulwark.it.apikey.Contract;
import dev.bulwark.it.password.Commands;
import dev.bulwark.it.support.AdminApi;
import dev.bulwark.it.support.Chromium;
import dev.bulwark.it.support.Http;
import dev.bulwark.it.support.Json;
import dev.bulwark.it.support.Response;
import dev.bulwark.it.support.TestStack;
import dev.bulwark.it.support.Waits;
import dev.bulwark.it.themes.Inspection;
import dev.bulwark.it.themes.KeyboardWalk;
import dev.bulwark.it.themes.Look;
import dev.bulwark.it.themes.Looks;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ArgumentsSource;

/** K11, B5, B11, B15: the overview for administrators, its numbers, and the REST behind it. */
@Tag("full")
class OverviewIT {

  private static final LimitedServer SERVER = LimitedServer.shared();
  private static final String ADMIN = "/admin/realms/{realm}/";
  private static final List<String> CARDS = List.of("logins", "revocations", "keys", "passwords");

  private static Chromium chromium;

  @BeforeAll
  static void launch() {
    // Phones look at it in German.
    language(true);
    chromium = Chromium.launch();
  }

  private static void language(boolean byBrowser) {
    SERVER
        .admin()
        .put(
            "/realms/master",
            Json.object(
                "internationalizationEnabled",
                byBrowser,
                "supportedLocales",
                List.of("en", "de"),
                "defaultLocale",
                "en"))
        .expect(204);
  }

  @AfterAll
  static void close() {
    language(false);
    if (chromium != null) {
      chromium.close();
    }
  }

  private static String address() {
    return SERVER.url() + "/realms/master/overview-admin?realm=" + REALM;
  }

  private static void signIn(Page page, String name, String password) {
    page.navigate(SERVER.url() + "/admin/master/console/");
    page.fill("#username", name);
    page.fill("#password", password);
    page.click("#kc-login");
    page.waitForURL(url -> URI.create(url).getPath().endsWith("/console/"));
  }

  private static void open(Page page) {
    signIn(page, TestStack.ADMIN_USERNAME, TestStack.ADMIN_PASSWORD);
    page.navigate(address());
    loaded(page);
  }

  /** Every card shows numbers or says why not. */
  private static void loaded(Page page) {
    for (String card : CARDS) {
      page.waitForSelector("[data-testid=overview-" + card + "]:not(:has(.pf-v5-c-spinner))");
    }
  }

  /** A user with a refused login, a revoked token, and an API key. */
  private static String busyUser() {
    String user = SERVER.newUser();
    SERVER.newKey(user);
    Response tokens = SERVER.grant(newAddress(), user, PASSWORD).expect(200);
    Http.postForm(
            SERVER.endpoint("logout"),
            Map.of("client_id", "cli", "refresh_token", tokens.text("refresh_token")))
        .expect(204);
    for (int i = 0; i < PER_ACCOUNT; i++) {
      SERVER.grant(newAddress(), user, "wrong").expect(400);
    }
    SERVER.grant(newAddress(), user, PASSWORD).expect(429);
    return user;
  }

  @ParameterizedTest
  @ArgumentsSource(Looks.class)
  void everyStateInEveryLook(Look look) {
    everyState(look, look.options(), "overview");
  }

  /** As narrow as a page at 400 %, and in the colours that Windows forces upon it. */
  @Test
  void everyStateAt320PixelsInForcedColors() {
    everyState(
        Look.PHONE_LIGHT,
        Look.PHONE_LIGHT.options().setViewportSize(320, 640).setForcedColors(ForcedColors.ACTIVE),
        "overview-narrow");
  }

  private static void everyState(Look look, Browser.NewContextOptions options, String name) {
    String user = busyUser();
    try (BrowserContext context = chromium.newContext(options)) {
      Page page = context.newPage();
      open(page);
      Inspection.inspectStrictly(page, look, name);
      page.locator(".bw-columns details summary").click();
      page.locator(".bw-columns-table").waitFor();
      page.getByTestId("unblock").locator("button").click();
      page.locator(".bw-unblock .pf-m-error").first().waitFor();
      Inspection.inspectStrictly(page, look, name + "-error");
      page.getByTestId("unblock").locator("input").fill(user);
      page.getByTestId("unblock").locator("button").click();
      page.getByTestId("unblock-notice").waitFor();
      Inspection.inspectStrictly(page, look, name + "-unblocked");
    }
    SERVER.grant(newAddress(), user, PASSWORD).expect(200);
  }

  @Test
  void theNumbersAreThoseOfTheServer() {
    String user = busyUser();
    await()
        .atMost(Waits.SOON)
        .until(
            () ->
                StreamSupport.stream(get("revocations").get("byCause").spliterator(), false)
                    .anyMatch(cause -> cause.get("cause").asText().equals("LOGOUT")));
    JsonNode passwords = get("password-hashes");
    visit(
        page -> {
          open(page);
          int keys =
              Integer.parseInt(
                  SERVER
                      .admin()
                      .get("/realms/" + REALM + "/api-keys?max=1&state=active")
                      .header("X-Total-Count"));
          assertThat(bar(page, "bars-keys", "active")).isEqualTo(keys).isPositive();
          assertThat(bar(page, "bars-passwords", "pbkdf2-sha256"))
              .isEqualTo(passwords.get("byAlgorithm").get("pbkdf2-sha256").asInt());
          assertThat(bar(page, "bars-revocations", "LOGOUT")).isPositive();
          assertThat(page.getByTestId("status-revocation").innerText())
              .contains("Redis has every revocation of this realm");
          assertThat(page.getByTestId("overview-logins").innerText()).contains(user);

          page.locator(".bw-refusals button[aria-label='Unblock " + user + "']").click();
          page.getByTestId("unblock-notice").waitFor();
          assertThat(page.getByTestId("unblock-notice").innerText())
              .contains(user + " can sign in again", "All nodes");
          SERVER.grant(newAddress(), user, PASSWORD).expect(200);

          page.locator("[data-testid=bars-keys] tr[data-name=active] a").click();
          page.waitForSelector("[data-testid=keys-total]:not(:empty)");
          assertThat(page.url()).contains("api-keys-admin", "realm=" + REALM, "state=active");
          page.locator(".bw-admin-pages a").nth(1).click();
          loaded(page);
        });
  }

  /** In three clicks from the admin console of {@code master}. */
  @Test
  void theListOfClientsLeadsHere() {
    Commands.realm(
            Map.of("BULWARK_TOKEN", AdminApi.token(SERVER.url())),
            "prepare",
            "--server",
            SERVER.url().toString(),
            "--realm",
            REALM,
            "--limits")
        .expect(0);
    visit(
        page -> {
          signIn(page, TestStack.ADMIN_USERNAME, TestStack.ADMIN_PASSWORD);
          page.navigate(SERVER.url() + "/admin/master/console/#/" + REALM + "/clients");
          Locator link = page.locator("a[href$='/realms/" + REALM + "/overview-admin']");
          Page overview = page.waitForPopup(link::click);
          overview.getByTestId("as-master").click();
          loaded(overview);
          assertThat(overview.url()).endsWith("/realms/master/overview-admin?realm=" + REALM);
        });
  }

  @Test
  void anUnknownRealmIsToldAndAnotherOneCanBeChosen() {
    visit(
        page -> {
          signIn(page, TestStack.ADMIN_USERNAME, TestStack.ADMIN_PASSWORD);
          page.navigate(SERVER.url() + "/realms/master/overview-admin?realm=nosuch");
          page.getByTestId("no-realm").waitFor();
          assertThat(page.getByTestId("no-realm").innerText()).contains("no realm nosuch");
          Inspection.inspectStrictly(page, Look.DESKTOP_LIGHT, "overview-no-realm");
          page.getByTestId("realm").selectOption(REALM);
          loaded(page);
          assertThat(page.url()).endsWith("?realm=" + REALM);
          page.getByTestId("realm").selectOption("master");
          page.waitForURL(url -> url.endsWith("/overview-admin"));
          loaded(page);
        });
  }

  private static int bar(Page page, String table, String name) {
    String value =
        page.locator("[data-testid='" + table + "'] tr[data-name='" + name + "'] .bw-bar-value")
            .innerText();
    return Integer.parseInt(value.replace(",", ""));
  }

  private static JsonNode get(String resource) {
    return SERVER.admin().get("/realms/" + REALM + "/" + resource).expect(200).json();
  }

  /** A card that may not be seen says which role it needs; the others show their numbers. */
  @Test
  void eachCardAsksForItsOwnRole() {
    String viewer = "viewer-of-events";
    newAdministrator(viewer, "view-events");
    busyUser();
    visit(
        page -> {
          signIn(page, viewer, PASSWORD);
          page.navigate(address());
          loaded(page);
          assertThat(page.getByTestId("refusals-total").innerText()).contains("rejected");
          Map.of(
                  "revocations", "view-realm",
                  "keys", "view-users, view-clients",
                  "passwords", "view-users")
              .forEach(
                  (card, needed) ->
                      assertThat(page.getByTestId("overview-" + card).innerText())
                          .contains("You need: ")
                          .contains(needed));
          Inspection.inspectStrictly(page, Look.DESKTOP_LIGHT, "overview-forbidden");
          page.locator(".bw-refusals button").first().click();
          page.getByTestId("unblock-notice").waitFor();
          assertThat(page.getByTestId("unblock-notice").innerText()).contains("manage-users");
        });
  }

  /** A user of the realm {@code master} with roles in the realm of these tests. */
  private static String newAdministrator(String name, String... roles) {
    SERVER
        .admin()
        .post(
            "/realms/master/users",
            """
            {"username": "%1$s", "enabled": true, "email": "%1$s@example.org",
             "emailVerified": true, "firstName": "View", "lastName": "Er",
             "credentials": [{"type": "password", "value": "%2$s"}]}
            """
                .formatted(name, PASSWORD))
        .expect(201);
    String user =
        SERVER
            .admin()
            .get("/realms/master/users?exact=true&username=" + name)
            .json()
            .get(0)
            .get("id")
            .asText();
    String client =
        SERVER
            .admin()
            .get("/realms/master/clients?clientId=" + REALM + "-realm")
            .json()
            .get(0)
            .get("id")
            .asText();
    for (String role : roles) {
      String found =
          SERVER
              .admin()
              .get("/realms/master/clients/" + client + "/roles/" + role)
              .expect(200)
              .body();
      SERVER
          .admin()
          .post(
              "/realms/master/users/" + user + "/role-mappings/clients/" + client,
              "[" + found + "]")
          .expect(204);
    }
    return user;
  }

  @Test
  void thePageHasAStrictPolicyAndLoadsNothingFromElsewhere() {
    Response html = Http.get(address()).expect(200);
    assertThat(html.header("Content-Security-Policy"))
        .contains("default-src 'none'", "script-src 'self'", "frame-ancestors 'none'")
        .doesNotContain("unsafe");
    List<String> hosts = new ArrayList<>();
    List<String> errors = new ArrayList<>();
    visit(
        page -> {
          signIn(page, TestStack.ADMIN_USERNAME, TestStack.ADMIN_PASSWORD);
          page.onRequest(request -> hosts.add(URI.create(request.url()).getAuthority()));
          page.onPageError(errors::add);
          page.onConsoleMessage(
              message -> {
                if (message.type().equals("error")) {
                  errors.add(message.text());
                }
              });
          page.navigate(address());
          loaded(page);
        });
    assertThat(errors).isEmpty();
    assertThat(hosts).isNotEmpty().allMatch(SERVER.url().getAuthority()::equals);
  }

  /** Keys alone: each step is seen, and none loses the focus. */
  @Test
  void everythingByKeyboard() {
    String user = busyUser();
    String administrator =
        newAdministrator("keyboard-viewer", "view-events", "view-users", "manage-users");
    visit(
        page -> {
          signIn(page, "keyboard-viewer", PASSWORD);
          page.navigate(address());
          loaded(page);
          try (KeyboardWalk walk = new KeyboardWalk(page, Look.DESKTOP_LIGHT)) {
            walk.key("Tab");
            assertThat(walk.focusedText()).isEqualTo("Skip to content");
            walk.key("Enter").heldBy(page.locator("#main"));
            walk.press(page.getByTestId("refresh")).heldBy(page.getByTestId("refresh"));
            Locator table = page.locator(".bw-columns details summary").first();
            walk.press(table).heldBy(table);
            page.locator(".bw-columns-table").first().waitFor();
            Locator unblock = page.getByLabel("Unblock " + user, exactly()).first();
            walk.press(unblock);
            page.getByTestId("unblock-notice").getByText(user).waitFor();
            walk.heldBy(unblock).picture("overview-unblocked");
            aLimitIsLifted(page, walk);
            theNumbersStayWhereTheyCannotBeLoaded(page, walk);
            signedOutAndBack(page, walk, administrator);
          }
        });
  }

  private static void aLimitIsLifted(Page page, KeyboardWalk walk) {
    String name = nobody();
    Locator field = page.getByTestId("unblock").locator("input");
    Locator button = page.getByTestId("unblock").locator("button");
    walk.press(button).heldBy(field).picture("overview-error");
    walk.write(field, name).press(button);
    page.getByTestId("unblock-notice").getByText(name).waitFor();
    walk.heldBy(button);
  }

  /** The form that is used stays, and so do the numbers, which the card calls older. */
  private static void theNumbersStayWhereTheyCannotBeLoaded(Page page, KeyboardWalk walk) {
    String name = nobody();
    Locator field = page.getByTestId("unblock").locator("input");
    Locator button = page.getByTestId("unblock").locator("button");
    page.route(url -> url.contains("/login-limits/refusals"), Route::abort);
    walk.write(field, name).press(button);
    page.getByText("The numbers below are from an earlier time.").waitFor();
    page.getByTestId("unblock-notice").getByText(name).waitFor();
    walk.heldBy(button).picture("overview-older");
    page.unrouteAll();
  }

  private static void signedOutAndBack(Page page, KeyboardWalk walk, String administrator) {
    SERVER.admin().post("/realms/master/users/" + administrator + "/logout", "{}").expect(204);
    walk.press(page.getByTestId("refresh"));
    page.getByTestId("sign-in").waitFor();
    walk.heldBy(page.getByTestId("sign-in")).picture("overview-signed-out");
    Page other = page.context().newPage();
    signIn(other, "keyboard-viewer", PASSWORD);
    other.close();
    page.bringToFront();
    page.evaluate("() => window.dispatchEvent(new Event('focus'))");
    loaded(page);
    walk.heldBy(page.locator("#main"));
  }

  private static Page.GetByLabelOptions exactly() {
    return new Page.GetByLabelOptions().setExact(true);
  }

  @Test
  void everyResourceAnswersAsItsDocumentSays() {
    String url = SERVER.url() + "/realms/master/overview-admin/openapi.json";
    Contract contract = new Contract(Http.get(url).expect(200).json());
    busyUser();
    for (String resource : List.of("login-limits/refusals", "revocations", "password-hashes")) {
      String path = ADMIN + resource;
      contract.check("get", path, SERVER.admin().get("/realms/" + REALM + "/" + resource));
      String own = SERVER.url() + "/admin/realms/" + REALM + "/" + resource;
      contract.check("get", path, Http.get(own)).expect(401);
      String token =
          SERVER.grant(newAddress(), SERVER.newUser(), PASSWORD).expect(200).text("access_token");
      contract.check("get", path, Http.get(own, "Authorization", "Bearer " + token)).expect(403);
    }
    String unblock = "/realms/" + REALM + "/login-limits/unblock";
    String body = Json.object("address", "198.51.100.9");
    contract.checkBody("Unblock", body);
    contract.check("post", ADMIN + "login-limits/unblock", SERVER.admin().post(unblock, body));
    contract
        .check("post", ADMIN + "login-limits/unblock", SERVER.admin().post(unblock, "{}"))
        .expect(400);
    contract
        .check(
            "get",
            ADMIN + "login-limits/refusals",
            SERVER.admin().get("/realms/" + REALM + "/login-limits/refusals?minutes=0"))
        .expect(400);
    assertThat(contract.seen()).hasSize(4);
  }

  private static void visit(Consumer<Page> steps) {
    try (BrowserContext context = chromium.newContext(Look.DESKTOP_LIGHT.options())) {
      steps.accept(context.newPage());
    }
  }
}
