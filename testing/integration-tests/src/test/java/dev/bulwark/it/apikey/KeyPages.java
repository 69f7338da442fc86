package dev.bulwark.it.apikey;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.AriaRole;
import dev.bulwark.it.support.AdminApi;
import dev.bulwark.it.support.Realm;
import dev.bulwark.it.themes.ThemedPages;

/** The pages on which people make, see and delete keys. */
final class KeyPages {

  static final String ACTION = "create-api-key";

  private static final String CONFIG = "/realms/app/authentication/required-actions/" + ACTION;

  private final ThemedPages pages;

  KeyPages(Realm realm) {
    this.pages = new ThemedPages(realm);
  }

  /** "Signing in" of the account console, logged in as the user. */
  void signingIn(Page page, String user) {
    pages.account(page, "account-security/signing-in", user);
    page.waitForSelector("[data-testid='api-key/credential-list']");
  }

  /** After a page that leads back to "Signing in". */
  void backInConsole(Page page) {
    pages.accountLoaded(page);
    page.waitForSelector("[data-testid='api-key/credential-list']");
  }

  /** Presses the button that makes a key, or the item of the menu that it is in on a phone. */
  void open(Page page) {
    Locator create = page.getByTestId("api-key/create");
    if (create.isVisible()) {
      create.click();
    } else {
      page.locator(".pf-v5-l-split:has([data-testid='api-key/title']) button.pf-v5-c-menu-toggle")
          .click();
      page.getByRole(AriaRole.MENUITEM).click();
    }
    page.waitForSelector("#kc-create-api-key-form");
  }

  /** The form, asked for by an application, logged in as the user. */
  void form(Page page, String user) {
    pages.action(page, ACTION, user);
    page.waitForSelector("#kc-create-api-key-form");
  }

  static void fill(Page page, String name, String... scopes) {
    page.fill("#name", name);
    for (String scope : scopes) {
      page.locator("input[name=scope][value='" + scope + "']").check();
    }
  }

  /** Sends the form and returns the key that the next page shows. */
  static String submit(Page page) {
    page.waitForNavigation(() -> page.click("#kc-submit"));
    assertThat(page.locator("#api-key").count()).as(page.locator("main").innerText()).isOne();
    return page.inputValue("#api-key");
  }

  Locator row(Page page, String name) {
    return page.locator("[data-testid='api-key/credential-list'] li")
        .filter(new Locator.FilterOptions().setHasText(name));
  }

  void delete(Page page, String name) {
    row(page, name).locator("[data-testrole=remove]").click();
    page.click("#kc-accept");
    backInConsole(page);
  }

  /** Sets limits of the realm {@code app}, as the admin console does. */
  static void limits(AdminApi admin, String config) {
    admin.put(CONFIG + "/config", "{\"config\":" + config + "}").expect(204);
  }

  /** Ends all sessions of a user elsewhere: the browser keeps its cookies. */
  static void endSessions(AdminApi admin, String realm, String user) {
    String path = "/realms/" + realm;
    String id =
        admin.get(path + "/users?exact=true&username=" + user).json().get(0).get("id").asText();
    for (JsonNode session : admin.get(path + "/users/" + id + "/sessions").expect(200).json()) {
      admin.delete(path + "/sessions/" + session.get("id").asText()).expect(204);
    }
  }

  static void createUser(AdminApi admin, String name) {
    admin
        .post(
            "/realms/app/users",
            """
            {"username": "%1$s", "enabled": true, "email": "%1$s@example.org", "emailVerified": true,
             "firstName": "Key", "lastName": "Test",
             "credentials": [{"type": "password", "value": "%2$s"}]}
            """
                .formatted(name, Realm.PASSWORD))
        .expect(201);
  }
}
