package dev.bulwark.it.relying;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.Cookie;
import dev.bulwark.it.support.Chromium;
import dev.bulwark.it.support.Http;
import dev.bulwark.it.support.Realm;
import dev.bulwark.it.support.Response;
import java.util.List;
import java.util.function.UnaryOperator;

/** A person with a browser of his own at the relying app. */
final class Person implements AutoCloseable {

  private final UnaryOperator<String> app;
  private final String cookieName;
  private final BrowserContext context;
  private final Page page;

  Person(Chromium chromium, RunningApp app, Browser.NewContextOptions options) {
    this(chromium, app::at, "TASKS_SESSION", options);
  }

  /**
   * At another application with the same pages.
   *
   * @param app makes an address of a path
   * @param cookieName of its session
   */
  Person(
      Chromium chromium,
      UnaryOperator<String> app,
      String cookieName,
      Browser.NewContextOptions options) {
    this.app = app;
    this.cookieName = cookieName;
    this.context = chromium.newContext(options);
    this.page = context.newPage();
  }

  Person(Chromium chromium, RunningApp app) {
    this(chromium, app, new Browser.NewContextOptions().setLocale("en-US"));
  }

  Page page() {
    return page;
  }

  /** Another tab of the same browser. */
  Page newTab() {
    return context.newPage();
  }

  /** To the application's own page, and from there to the login. */
  void goToLogin() {
    page.navigate(app.apply("/"));
    page.click("#login");
    page.waitForSelector("#kc-form-login");
  }

  void enter(String name, String password) {
    page.fill("#username", name);
    page.fill("#password", password);
    page.click("#kc-login");
  }

  /** A whole login with a password. */
  void logIn(String name) {
    goToLogin();
    enter(name, Realm.PASSWORD);
    awaitTasks();
  }

  void awaitTasks() {
    page.waitForURL(app.apply("/tasks") + "**");
    page.waitForSelector("#logout");
  }

  void add(String title) {
    page.fill("#title", title);
    page.click("#add");
    page.locator("#tasks li").filter(new Locator.FilterOptions().setHasText(title)).waitFor();
  }

  void logOut() {
    page.click("#logout");
    page.waitForURL(app.apply("/"));
  }

  Cookie session() {
    return cookies().stream()
        .filter(cookie -> cookie.name.equals(cookieName))
        .findFirst()
        .orElseThrow(() -> new AssertionError("no session"));
  }

  /** The cookies that the application itself has set. */
  List<Cookie> cookies() {
    return context.cookies(app.apply("/tasks")).stream()
        // The other port of this address has cookies too, which lie at its own paths.
        .filter(cookie -> cookie.path.equals("/"))
        .toList();
  }

  /** The page of the tasks as the browser would get it with a session, now or later. */
  Response tasksWith(Cookie session) {
    return Http.get(app.apply("/tasks"), "Cookie", session.name + "=" + session.value);
  }

  @Override
  public void close() {
    context.close();
  }
}
