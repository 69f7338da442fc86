package dev.bulwark.it.apikey;

import com.fasterxml.jackson.databind.JsonNode;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Route;
import dev.bulwark.it.support.AdminApi;
import dev.bulwark.it.support.Realm;
import dev.bulwark.it.support.TestStack;
import dev.bulwark.it.themes.ThemedPages;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Predicate;

/**
 * The administrators' page of API keys, for administrators of the realm {@code master}: the realm
 * {@code app} asks its own for a second factor.
 */
public final class AdminKeys {

  private final Realm realm;
  private final String server;

  public AdminKeys(Realm realm) {
    this.realm = realm;
    this.server = realm.url().substring(0, realm.url().indexOf("/realms/"));
  }

  public String address() {
    return server + "/realms/master/api-keys-admin?realm=app";
  }

  /** A user of the realm {@code master} with roles in the realm {@code app}. */
  static void createAdministrator(AdminApi admin, String name, String... roles) {
    admin
        .post(
            "/realms/master/users",
            """
            {"username": "%1$s", "enabled": true, "email": "%1$s@example.org", "emailVerified": true,
             "firstName": "Key", "lastName": "Admin",
             "credentials": [{"type": "password", "value": "%2$s"}]}
            """
                .formatted(name, Realm.PASSWORD))
        .expect(201);
    String user =
        admin
            .get("/realms/master/users?exact=true&username=" + name)
            .json()
            .get(0)
            .get("id")
            .asText();
    String client =
        admin.get("/realms/master/clients?clientId=app-realm").json().get(0).get("id").asText();
    for (String role : roles) {
      JsonNode found =
          admin.get("/realms/master/clients/" + client + "/roles/" + role).expect(200).json();
      admin
          .post(
              "/realms/master/users/" + user + "/role-mappings/clients/" + client,
              "[" + found + "]")
          .expect(204);
    }
  }

  /** Holds the requests that make a key from now on, in the order in which they are sent. */
  static List<Route> holdCreations(Page page) {
    return holdPosts(page, "/api-keys");
  }

  /** Holds the POST requests to addresses with an ending, in the order in which they are sent. */
  static List<Route> holdPosts(Page page, String ending) {
    List<Route> held = new ArrayList<>();
    page.route(
        url -> url.endsWith(ending),
        route -> {
          if (route.request().method().equals("POST")) {
            held.add(route);
          } else {
            route.resume();
          }
        });
    awaitInterception(page);
    return held;
  }

  /**
   * Waits until requests of the page reach its routes. Chromium confirms an interception before the
   * process of the page has it: a request that the page sends at once would go to the server.
   */
  static void awaitInterception(Page page) {
    AtomicBoolean reached = new AtomicBoolean();
    Predicate<String> probe = url -> url.endsWith("?intercepted");
    page.route(
        probe,
        route -> {
          reached.set(true);
          route.fulfill(new Route.FulfillOptions().setStatus(204));
        });
    while (!reached.get()) {
      page.evaluate("async () => { await fetch('?intercepted'); }");
    }
    page.unroute(probe);
  }

  /** Signs in to the admin console, opens the page and waits for its list. */
  public void open(Page page, String search) {
    signIn(page, TestStack.ADMIN_USERNAME, TestStack.ADMIN_PASSWORD);
    page.navigate(address() + (search.isEmpty() ? "" : "&search=" + search));
    loaded(page);
  }

  /** Signs in to the admin console. */
  public void signIn(Page page, String administrator, String password) {
    page.navigate(server + "/admin/master/console/");
    page.waitForSelector("#kc-login");
    new ThemedPages(realm).signIn(page, administrator, password);
    // Login pages are below /realms, whatever they are about.
    page.waitForURL(url -> URI.create(url).getPath().endsWith("/console/"));
  }

  public static void loaded(Page page) {
    page.waitForSelector("[data-testid=keys-total]:not(:empty)");
  }

  public static Locator row(Page page, String name) {
    return AccountKeys.row(page, name);
  }

  /** Waits until the list says how many keys it has. */
  public static void total(Page page, String text) {
    page.waitForSelector("[data-testid=keys-total]:text-is('" + text + "')");
  }
}
