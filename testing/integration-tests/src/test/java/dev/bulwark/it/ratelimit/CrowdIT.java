package dev.bulwark.it.ratelimit;

import static dev.bulwark.it.ratelimit.LimitedServer.PASSWORD;
import static dev.bulwark.it.ratelimit.LimitedServer.newAddress;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Request;
import dev.bulwark.it.password.BusyHasher;
import dev.bulwark.it.support.Chromium;
import dev.bulwark.it.support.Http;
import dev.bulwark.it.support.Response;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** L1, P6: many people behind one address, in the shipped realm. */
@Tag("slow")
class CrowdIT {

  private static final LimitedServer SERVER = LimitedServer.shared();
  private static final int PEOPLE = 50;

  /** {@code -Dbulwark.crowd-seconds=10} is the promise, on a quiet machine. Here two others run. */
  private static final Duration BOUND =
      Duration.ofSeconds(Integer.getInteger("bulwark.crowd-seconds", 90));

  private static final String APPLICATION = "http://localhost/";

  private static Chromium chromium;

  @BeforeAll
  static void launch() {
    chromium = Chromium.launch();
  }

  @AfterAll
  static void close() {
    if (chromium != null) {
      chromium.close();
    }
  }

  private static List<String> newPeople(int count) {
    List<String> names = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      String name = LimitedServer.nobody();
      SERVER.newUserAt("app", name, name + "@example.org");
      names.add(name);
    }
    return names;
  }

  private static String loginPage() {
    return SERVER.url()
        + "/realms/app/protocol/openid-connect/auth?client_id=dev-cli&response_type=code"
        + "&scope=openid&redirect_uri="
        + Http.encode(APPLICATION)
        + "&code_challenge_method=S256"
        + "&code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
  }

  @Test
  void fiftyPeopleWhoLogInAtOnceAreAllIn() throws Exception {
    String office = newAddress();
    List<String> people = newPeople(PEOPLE);
    ExecutorService threads = Executors.newFixedThreadPool(PEOPLE);
    try {
      List<Future<Response>> all = new ArrayList<>();
      visit(
          office,
          page -> {
            long start = System.nanoTime();
            for (String name : people.subList(1, PEOPLE)) {
              all.add(threads.submit(() -> signIn(SERVER.visitor(office), name)));
            }
            assertGetsIn(page, () -> signIn(page, people.get(0)));
            for (Future<Response> one : all) {
              assertIsIn(one);
            }
            Duration taken = Duration.ofNanos(System.nanoTime() - start);
            System.out.printf("%d logins from one address: %d ms%n", PEOPLE, taken.toMillis());
            assertThat(taken).isLessThan(BOUND);
          });
    } finally {
      threads.shutdownNow();
    }
  }

  private static Response signIn(Visitor visitor, String name) {
    return visitor.submitAsThePage(
        visitor.open(loginPage()).expect(200), Map.of("username", name, "password", PASSWORD));
  }

  private static void assertIsIn(Future<Response> login) {
    try {
      assertThat(login.get().header("Location")).contains("code=");
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  /** The password is typed once, and nobody hears of what was not looked at. */
  @Test
  void thePageTriesAgainByItself() {
    String office = newAddress();
    List<String> people = newPeople(LimitedServer.PER_ADDRESS + 1);
    double refused = refused();
    try (BusyHasher busy = new BusyHasher(SERVER.keycloak(), SERVER.admin())) {
      visit(
          office,
          page -> {
            busy.keepBusy(2);
            long arrivals = busy.arrivals();
            List<CompletableFuture<Response>> others = new ArrayList<>();
            for (String name : people.subList(1, people.size())) {
              others.add(busy.start(() -> appGrant(office, name)));
            }
            busy.awaitArrivals(arrivals + others.size());
            assertGetsIn(
                page,
                () -> {
                  com.microsoft.playwright.Response first =
                      page.waitForResponse(
                          response -> response.request().method().equals("POST"),
                          () -> signIn(page, people.get(0)));
                  assertThat(first.status()).isEqualTo(204);
                  page.waitForSelector("#bw-retry:not([hidden])");
                  assertThat(page.locator("#bw-retry").innerText()).startsWith("One moment");
                  assertThat(page.inputValue("#password")).isEqualTo(PASSWORD);
                });
            others.forEach(other -> other.join().expect(200));
          });
    }
    assertThat(refused()).isEqualTo(refused);
    assertThat(
            SERVER
                .admin()
                .get("/realms/app/events?type=LOGIN_ERROR&ipAddress=" + office)
                .expect(200)
                .json())
        .isEmpty();
  }

  private static double refused() {
    return SERVER.metric("bulwark_limiter_attempts_total", "outcome=\"refused\"");
  }

  private static Response appGrant(String address, String name) {
    return Http.postForm(
        SERVER.url() + "/realms/app/protocol/openid-connect/token",
        Map.of(
            "grant_type",
            "password",
            "client_id",
            "dev-cli",
            "username",
            name,
            "password",
            PASSWORD),
        "X-Forwarded-For",
        address);
  }

  /** The application does not run: its address, which the browser was sent to, has the code. */
  private static void assertGetsIn(Page page, Runnable action) {
    Request in = page.waitForRequest(request -> request.url().startsWith(APPLICATION), action);
    assertThat(in.url()).contains("code=");
  }

  private static void signIn(Page page, String name) {
    page.fill("#username", name);
    page.fill("#password", PASSWORD);
    page.click("#kc-login");
  }

  private static void visit(String address, Consumer<Page> visit) {
    try (BrowserContext context =
        chromium.newContext(
            new Browser.NewContextOptions()
                .setExtraHTTPHeaders(Map.of("X-Forwarded-For", address)))) {
      Page page = context.newPage();
      page.navigate(loginPage());
      visit.accept(page);
    }
  }
}
