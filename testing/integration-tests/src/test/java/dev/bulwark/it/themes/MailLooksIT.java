package dev.bulwark.it.themes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import dev.bulwark.it.support.AdminApi;
import dev.bulwark.it.support.Chromium;
import dev.bulwark.it.support.Http;
import dev.bulwark.it.support.Inbox;
import dev.bulwark.it.support.Json;
import dev.bulwark.it.support.Realm;
import dev.bulwark.it.support.SharedRealm;
import dev.bulwark.it.support.TestStack;
import java.net.http.HttpRequest;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ArgumentsSource;
import org.junit.jupiter.params.provider.EnumSource;

/** B5: mails, and the pages that their links lead to, as people see them. */
@SharedRealm
class MailLooksIT {

  private static final Realm REALM = TestStack.get().realm();
  private static final ThemedPages PAGES = new ThemedPages(REALM);

  /** In the mails that lead to a page of the server. */
  private static final String LINK = "/login-actions/action-token";

  private static final String KEY = "key of the look";

  private static Chromium chromium;
  private static Inbox inbox;
  private static int users;

  private final AdminApi admin = TestStack.get().admin();

  @BeforeAll
  static void launch() {
    inbox = new Inbox(TestStack.get().admin());
    chromium = Chromium.launch();
  }

  @AfterAll
  static void close() {
    if (chromium != null) {
      chromium.close();
    }
    if (inbox != null) {
      inbox.close();
    }
  }

  @Test
  void everyMailAndPageInOneLook() {
    everyMailAndPage(Look.PHONE_DARK);
  }

  @Tag("full")
  @ParameterizedTest
  @ArgumentsSource(Looks.class)
  @EnumSource(value = Look.class, names = "PHONE_NARROW")
  void everyMailAndPageInEveryLook(Look look) {
    everyMailAndPage(look);
  }

  private void everyMailAndPage(Look look) {
    String user = "mail-look-" + ++users;
    create(user, look, true);
    String unproven = "unproven-look-" + users;
    create(unproven, look, false);
    try (BrowserContext context = chromium.newContext(look.options())) {
      Page page = context.newPage();
      PAGES.resetPassword(page);
      page.fill("#username", user);
      page.click("#kc-form-buttons");
      inspect(context, look, "mail-reset", mail(user, LINK));
      makeKey(user);
      inspect(context, look, "mail-key", mail(user, KEY));

      askForActions(user, "");
      Inbox.Mail actions = mail(user, LINK);
      inspect(context, look, "mail-actions", actions);
      page.navigate(Inbox.link(actions));
      page.waitForSelector("[data-page-id=login-info]");
      assertThat(page.locator("#kc-info-message").innerText())
          .contains(
              look.isGerman()
                  ? "Noch zu tun: Neues Passwort festlegen"
                  : "Still to do: Set a new password");
      Inspection.inspectStrictly(page, look, "execute-actions");

      askForActions(user, "?lifespan=1");
      expired(page, Inbox.link(mail(user, LINK)));
      Inspection.inspectStrictly(page, look, "link-expired");

      PAGES.login(page);
      PAGES.signIn(page, unproven, Realm.PASSWORD);
      page.waitForSelector("[data-page-id=login-login-verify-email]");
      Inspection.inspectStrictly(page, look, "verify-email");
      inspect(context, look, "mail-verify", mail(unproven, LINK));
    }
  }

  /** Waits for the one mail to the user that has a text, and forgets all. */
  private static Inbox.Mail mail(String user, String text) {
    Inbox.Mail mail =
        await("a mail with " + text)
            .atMost(Duration.ofSeconds(20))
            .until(
                () ->
                    inbox.to(user + "@").stream()
                        .filter(candidate -> candidate.text().contains(text))
                        .findFirst(),
                Optional::isPresent)
            .orElseThrow();
    inbox.empty();
    return mail;
  }

  private static void inspect(BrowserContext context, Look look, String name, Inbox.Mail mail) {
    try (Page page = context.newPage()) {
      page.setContent(mail.html());
      assertThat(page.locator("html").getAttribute("lang"))
          .isEqualTo(look.isGerman() ? "de" : "en");
      assertThat(page.title()).isEqualTo(mail.subject());
      Locator button = page.locator("a.bw-button");
      if (button.count() > 0) {
        assertThat(button.boundingBox().height).as("for a thumb").isGreaterThanOrEqualTo(44);
      }
      Inspection.inspectStrictly(page, look, name);
    }
  }

  private void askForActions(String user, String parameters) {
    admin
        .put(
            "/realms/app/users/" + admin.userId(user) + "/execute-actions-email" + parameters,
            Json.of(List.of("UPDATE_PASSWORD")))
        .expect(204);
  }

  /** Follows a link until it has expired, which leads to a page of the error. */
  private static void expired(Page page, String link) {
    await()
        .atMost(Duration.ofSeconds(20))
        .until(
            () -> {
              page.context().clearCookies();
              page.navigate(link);
              return page.locator("[data-page-id=login-error]").count() == 1;
            });
    assertThat(page.locator("main a").count()).as("ways on").isPositive();
  }

  private static void makeKey(String user) {
    String token = REALM.login(user, Realm.PASSWORD, "openid").expect(200).text("access_token");
    Http.send(
            Http.request(REALM.url() + "/api-keys")
                .header("Authorization", "Bearer " + token)
                .header("Content-Type", "application/json")
                .POST(
                    HttpRequest.BodyPublishers.ofString(
                        Json.object("name", KEY, "scopes", List.of("tasks:read")))))
        .expect(201);
  }

  private void create(String name, Look look, boolean proven) {
    admin
        .post(
            "/realms/app/users",
            Json.object(
                "username",
                name,
                "enabled",
                true,
                "email",
                name + "@example.org",
                "emailVerified",
                proven,
                "firstName",
                "Mail",
                "lastName",
                "Look",
                "attributes",
                Map.of("locale", List.of(look.isGerman() ? "de" : "en")),
                "credentials",
                List.of(Map.of("type", "password", "value", Realm.PASSWORD))))
        .expect(201);
  }
}
