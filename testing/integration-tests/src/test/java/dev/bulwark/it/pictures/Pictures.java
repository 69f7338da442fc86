package dev.bulwark.it.pictures;

import com.fasterxml.jackson.databind.node.ObjectNode;
import com.microsoft.playwright.Browser;
import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.Page;
import dev.bulwark.it.apikey.AccountKeys;
import dev.bulwark.it.apikey.AdminKeys;
import dev.bulwark.it.support.AdminApi;
import dev.bulwark.it.support.Chromium;
import dev.bulwark.it.support.Http;
import dev.bulwark.it.support.Inbox;
import dev.bulwark.it.support.Json;
import dev.bulwark.it.support.Realm;
import dev.bulwark.it.support.Repository;
import dev.bulwark.it.support.Response;
import dev.bulwark.it.support.Waits;
import dev.bulwark.it.themes.Look;
import dev.bulwark.it.themes.ThemedPages;
import dev.bulwark.server.development.DevelopmentGuide;
import java.net.http.HttpRequest;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * Makes the pictures in {@code docs/images} and the frames of the film. Not a test: {@code
 * testing/integration-tests/pictures} runs it by its name. The methods below stand in the order in
 * which they are called: the last ones use up the limit on login attempts.
 */
class Pictures {

  private static final Path IMAGES = Repository.root().resolve("docs/images");
  private static final Path FRAMES =
      Repository.root().resolve("testing/integration-tests/target/pictures");

  private static final String USER = "alice";

  /** Pages whose texts are English, on a phone too. */
  private static final String ENGLISH = "en-US";

  private static TrialSystem system;
  private static Chromium chromium;
  private static AdminApi admin;
  private static ThemedPages pages;

  @BeforeAll
  static void start() {
    chromium = Chromium.launch();
    system = new TrialSystem();
    admin = system.admin();
    pages = new ThemedPages(system.realm());
  }

  @AfterAll
  static void close() {
    if (system != null) {
      system.close();
    }
    if (chromium != null) {
      chromium.close();
    }
  }

  @Test
  void all() {
    film();
    loginPages();
    secondFactor();
    keyPages();
    passwordHistory();
    mail();
    activity();
    rejectedLogin();
    administratorsPages();
  }

  private static void film() {
    Browser.NewContextOptions options =
        Look.DESKTOP_LIGHT.options().setViewportSize(Film.WIDTH, Film.HEIGHT);
    try (Film film = new Film(chromium, FRAMES);
        BrowserContext context = chromium.newContext(options)) {
      Page page = context.newPage();
      film.terminal("$ mvn -Prun", "One command starts Keycloak, Redis and an application.");
      film.terminal(
          "$ mvn -Prun\n"
              + DevelopmentGuide.text(system.url())
                  .lines()
                  .limit(14)
                  .collect(Collectors.joining("\n")),
          "It prints what to open, and commands to paste.");
      page.navigate(system.app("/"));
      film.page(page, "The application, at localhost:8081.");
      page.click("#login");
      page.fill("#username", USER);
      page.fill("#password", Realm.PASSWORD);
      film.page(page, "Keycloak signs users in. Passwords are stored with Argon2id.");
      page.click("#kc-login");
      page.waitForSelector("#logout");
      page.fill("#title", "Write a script");
      page.click("#add");
      page.waitForSelector("#tasks li");
      film.page(page, "Signed in. A script is to read these tasks, too.");
      page.click("#keys");
      AccountKeys.loaded(page);
      film.page(page, "\"API keys\" leads to the account console.");
      AccountKeys.create(page);
      AccountKeys.fill(page, "Nightly report", "Read tasks");
      film.page(page, "A new key: a name, permissions in words, an end.");
      AccountKeys.confirm(page);
      String key = AccountKeys.shown(page);
      film.page(page, "It is shown once, with a command to paste.");
      AccountKeys.confirm(page);
      film.terminal(
          "$ curl -H 'X-API-Key: " + key + "' " + tasks() + "\n" + use(key).expect(200).body(),
          "The command works: the script reads the tasks.");
      page.reload();
      AccountKeys.loaded(page);
      AccountKeys.row(page, "Nightly report").waitFor();
      film.page(page, "The owner sees each key, and renames, replaces or deletes it.");
      AccountKeys.act(page, AccountKeys.row(page, "Nightly report"), "Delete");
      film.page(page, "The dialog says what stops.");
      AccountKeys.confirm(page);
      page.locator(".bw-keys-notice").waitFor();
      film.terminal(
          "$ curl -H 'X-API-Key: " + key + "' " + tasks() + "\n" + use(key).expect(403).body(),
          "The next request is rejected.");
    }
  }

  private static String tasks() {
    return system.app("/api/tasks");
  }

  private static Response use(String key) {
    return Http.get(tasks(), "X-API-Key", key);
  }

  private static void loginPages() {
    visit(Look.DESKTOP_LIGHT.options(), page -> shoot(page, "login", pages::login));
    visit(Look.DESKTOP_DARK.options(), page -> shoot(page, "login-dark", pages::login));
    visit(
        Look.PHONE_LIGHT.options().setLocale(ENGLISH),
        page -> shoot(page, "login-phone", pages::login));
    providers(true);
    visit(Look.DESKTOP_LIGHT.options(), page -> shoot(page, "login-social", pages::login));
    providers(false);
  }

  private static void providers(boolean enabled) {
    for (String provider : List.of("google", "github")) {
      String path = "/realms/app/identity-provider/instances/" + provider;
      ObjectNode settings = (ObjectNode) admin.get(path).expect(200).json();
      admin.put(path, settings.put("enabled", enabled).toString()).expect(204);
    }
  }

  private static void secondFactor() {
    for (Look look : List.of(Look.DESKTOP_LIGHT, Look.PHONE_DARK)) {
      visit(
          look.options().setLocale(ENGLISH),
          page ->
              shoot(
                  page,
                  look == Look.DESKTOP_LIGHT ? "totp" : "totp-phone-dark",
                  shown -> {
                    pages.action(shown, "CONFIGURE_TOTP", USER);
                    shown.waitForSelector("#kc-totp-secret-qr-code");
                  }));
    }
  }

  private static void keyPages() {
    visit(
        Look.DESKTOP_LIGHT.options(),
        page ->
            shoot(
                page,
                "api-key",
                shown -> {
                  pages.action(shown, "create-api-key", USER);
                  shown.fill("#name", "Weekly export");
                  shown.locator("input[name=scope][value='tasks:read']").check();
                  shown.click("#kc-submit");
                  shown.waitForSelector("#api-key");
                }));
    AccountKeys keys = new AccountKeys(system.realm());
    visit(
        Look.DESKTOP_LIGHT.options(),
        page -> {
          keys.open(page, USER);
          for (String name : List.of("Backup", "Nightly report", "Old importer")) {
            AccountKeys.create(page);
            AccountKeys.fill(page, name, "Read tasks");
            if (name.equals("Old importer")) {
              shoot(page, "keys-create", shown -> {});
            }
            AccountKeys.confirm(page);
            String key = AccountKeys.shown(page);
            if (name.equals("Nightly report")) {
              shoot(page, "keys-shown", shown -> {});
            }
            AccountKeys.confirm(page);
            use(key).expect(200);
          }
          AccountKeys.act(page, AccountKeys.row(page, "Old importer"), "Deactivate");
          page.locator(".bw-keys-inactive").waitFor();
          AccountKeys.act(page, AccountKeys.row(page, "Backup"), "Replace");
          AccountKeys.confirm(page);
          AccountKeys.shown(page);
          AccountKeys.confirm(page);
          page.locator(".bw-keys-ending").waitFor();
          page.reload();
          AccountKeys.loaded(page);
          shoot(page, "keys", shown -> AccountKeys.row(shown, "Old importer").waitFor());
        });
    visit(
        Look.DESKTOP_DARK.options(), page -> shoot(page, "keys-dark", shown -> list(keys, shown)));
    visit(
        Look.PHONE_LIGHT.options().setLocale(ENGLISH),
        page -> shoot(page, "keys-phone", shown -> list(keys, shown)));
  }

  private static void list(AccountKeys keys, Page page) {
    keys.open(page, USER);
    AccountKeys.row(page, "Old importer").waitFor();
  }

  /** Imported users, of whom some have signed in since. */
  private static void passwordHistory() {
    String secret = Json.object("value", "x", "salt", "");
    String data = Json.object("algorithm", "bcrypt", "hashIterations", 12);
    for (int i = 1; i <= 14; i++) {
      admin
          .post(
              "/realms/app/users",
              Json.of(
                  Map.of(
                      "username",
                      "imported-" + i,
                      "enabled",
                      true,
                      "credentials",
                      List.of(
                          Map.of(
                              "type", "password", "secretData", secret, "credentialData", data)))))
          .expect(201);
    }
    long today = LocalDate.now(ZoneOffset.UTC).toEpochDay();
    String rows =
        IntStream.rangeClosed(1, 60)
            .mapToObj(
                day ->
                    "(%d, 70, %d)".formatted(today - day, Math.min(68, 14 + day * day * 54 / 3600)))
            .collect(Collectors.joining(", "));
    system
        .database()
        .sql(
            "INSERT INTO BULWARK_PASSWORD_DAY (REALM_ID, EPOCH_DAY, TOTAL, LEGACY) SELECT r.ID,"
                + " d.* FROM REALM r, (VALUES "
                + rows
                + ") d WHERE r.NAME = 'app'");
  }

  private static void mail() {
    try (Inbox inbox = new Inbox(admin)) {
      String token = system.realm().login(USER).text("access_token");
      Http.send(
              Http.request(system.realm().url() + "/api-keys")
                  .header("Authorization", "Bearer " + token)
                  .header("Content-Type", "application/json")
                  .POST(
                      HttpRequest.BodyPublishers.ofString(
                          Json.object("name", "Deployment", "scopes", List.of("tasks:read")))))
          .expect(201);
      // Mails about what happened before there was an inbox may come, too.
      String html =
          Awaitility.await()
              .atMost(Waits.SOON)
              .until(
                  () ->
                      inbox.to(USER + "@").stream()
                          .filter(mail -> mail.html().contains("Deployment"))
                          .findFirst(),
                  Optional::isPresent)
              .orElseThrow()
              .html();
      for (Look look : List.of(Look.DESKTOP_LIGHT, Look.DESKTOP_DARK)) {
        visit(
            look.options().setViewportSize(720, 480),
            page -> shoot(page, look.isDark() ? "mail-dark" : "mail", p -> p.setContent(html)));
      }
    }
  }

  /** Tokens that end in several ways, so that the overview has something to show. */
  private static void activity() {
    for (int i = 0; i < 12; i++) {
      Response tokens = system.realm().login("bob");
      if (i % 3 == 0) {
        system.realm().revoke(tokens.text("access_token")).expect(200);
      } else {
        system.realm().logout(tokens.text("refresh_token")).expect(204);
      }
    }
  }

  private static void rejectedLogin() {
    visit(
        Look.DESKTOP_LIGHT.options(),
        page -> {
          for (int i = 0; i < 6; i++) {
            pages.login(page);
            pages.signIn(page, USER, "not the password");
            page.waitForLoadState();
          }
          shoot(page, "login-rate-limited", shown -> {});
        });
  }

  private static void administratorsPages() {
    AdminKeys keys = new AdminKeys(system.realm());
    List<Look> looks = new ArrayList<>(List.of(Look.DESKTOP_LIGHT, Look.DESKTOP_DARK));
    looks.add(Look.PHONE_LIGHT);
    for (Look look : looks) {
      String suffix =
          switch (look) {
            case DESKTOP_DARK -> "-dark";
            case PHONE_LIGHT -> "-phone";
            default -> "";
          };
      visit(
          look.options().setLocale(ENGLISH),
          page -> {
            keys.open(page, "");
            shoot(page, "keys-admin" + suffix, shown -> {});
            shoot(page, "overview" + suffix, Pictures::overview);
          });
    }
  }

  private static void overview(Page page) {
    page.navigate(system.url() + "/realms/master/overview-admin?realm=app");
    for (String card : List.of("logins", "revocations", "keys", "passwords", "node")) {
      page.waitForSelector("[data-testid=overview-" + card + "]:not(:has(.pf-v5-c-spinner))");
    }
  }

  private static void shoot(Page page, String name, Consumer<Page> lead) {
    lead.accept(page);
    // A phone shows a part of a long page; all of it would be a stripe.
    boolean isPhone = page.viewportSize().width < Film.WIDTH / 2;
    page.screenshot(
        new Page.ScreenshotOptions().setPath(IMAGES.resolve(name + ".png")).setFullPage(!isPhone));
  }

  private static void visit(Browser.NewContextOptions options, Consumer<Page> steps) {
    try (BrowserContext context = chromium.newContext(options)) {
      steps.accept(context.newPage());
    }
  }
}
