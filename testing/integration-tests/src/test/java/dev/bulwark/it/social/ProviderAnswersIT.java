package dev.bulwark.it.social;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import dev.bulwark.it.support.Application;
import dev.bulwark.it.support.FormBrowser;
import dev.bulwark.it.support.Json;
import java.io.IOException;
import java.security.KeyPair;
import java.time.Instant;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * O2: providers that refuse, lie, answer nonsense or not at all. Each time nobody is let in, no
 * user is made, the page says so, and the next login works.
 */
@Tag("full")
class ProviderAnswersIT {

  private static final String NOBODY = "nobody@gmail.example";

  private static Application application;

  private final SocialServer server = SocialServer.get();
  private final CountDownLatch release = new CountDownLatch(1);

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

  @AfterEach
  void mend() {
    release.countDown();
    server.mend();
  }

  @ParameterizedTest
  @ValueSource(strings = {"google", "github"})
  void whoRefusesIsBackAtTheLoginPage(String provider) {
    Traveller traveller = new Traveller(server, application);
    String back = traveller.refuse(traveller.choose(traveller.loginPage(), provider));
    assertThat(back).contains("error=access_denied");
    FormBrowser.Page page = traveller.browser().open(back);
    assertThat(page.response().body()).contains("kc-form-login", "Access denied");
    traveller.choose(page, provider);
  }

  @ParameterizedTest
  @ValueSource(strings = {"google", "github"})
  void aWrongStateIsRefused(String provider) {
    Traveller traveller = new Traveller(server, application);
    add(provider);
    String back =
        traveller.agree(traveller.choose(traveller.loginPage(), provider), account(provider));
    String state = StandIn.parameters(java.net.URI.create(back).getRawQuery()).get("state");
    for (String wrong :
        List.of("", "nonsense", withAnotherFirstCharacter(String.valueOf(state)), "a.b.c.d")) {
      FormBrowser.Page page =
          traveller
              .browser()
              .open(back.replace(StandIn.encode(String.valueOf(state)), StandIn.encode(wrong)));
      assertAtServer(page);
    }
    assertNobody(provider);
  }

  /** The address that an attacker's login ends at, opened in the browser of somebody else. */
  @ParameterizedTest
  @ValueSource(strings = {"google", "github"})
  void theStateOfAnotherBrowserIsRefused(String provider) {
    Traveller attacker = new Traveller(server, application);
    add(provider);
    String back =
        attacker.agree(attacker.choose(attacker.loginPage(), provider), account(provider));
    Traveller victim = new Traveller(server, application);
    victim.loginPage();
    assertAtServer(victim.browser().open(back));
    assertNobody(provider);
  }

  @ParameterizedTest
  @ValueSource(strings = {"google", "github"})
  void aCodeThatTheProviderDoesNotKnowIsRefused(String provider) {
    Traveller traveller = new Traveller(server, application);
    add(provider);
    String back =
        traveller.agree(traveller.choose(traveller.loginPage(), provider), account(provider));
    FormBrowser.Page page =
        traveller.browser().open(back.replaceFirst("([?&]code=)[^&]*", "$1invented"));
    assertNotLoggedIn(page);
    assertNobody(provider);
  }

  static Stream<Map.Entry<String, Consumer<Google>>> lies() {
    Map<String, Consumer<Google>> lies = new LinkedHashMap<>();
    lies.put("a wrong nonce", google -> google.lie(token -> token.put("nonce", "another")));
    lies.put("no nonce", google -> google.lie(token -> token.remove("nonce")));
    lies.put(
        "a wrong audience",
        google -> google.lie(token -> token.put("aud", "another.apps.googleusercontent.com")));
    lies.put(
        "issued for another", google -> google.lie(token -> token.put("azp", "another-client")));
    lies.put(
        "a wrong issuer",
        google -> google.lie(token -> token.put("iss", "https://accounts.example.org")));
    lies.put(
        "at its end",
        google -> google.lie(token -> token.put("exp", Instant.now().getEpochSecond() - 60)));
    lies.put("another's subject", google -> google.lie(token -> token.put("sub", "1")));
    lies.put("another's key under the same id", google -> google.forge(signedByAnother()));
    lies.put("claims changed under the signature", google -> google.forge(changed()));
    lies.put("no signature", google -> google.forge(token -> token.replaceFirst("[^.]+$", "")));
    lies.put("alg none", google -> google.forge(unsigned()));
    lies.put("no token at all", google -> google.forge(token -> ""));
    lies.put("no JWT", google -> google.forge(token -> "not.a.jwt"));
    return lies.entrySet().stream();
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("lies")
  void anIdTokenThatIsNotGooglesForUsIsRefused(Map.Entry<String, Consumer<Google>> lie) {
    lie.getValue().accept(server.google());
    assertRefused("google");
  }

  static Stream<Map.Entry<String, HttpHandler>> nonsense() {
    Map<String, HttpHandler> answers = new LinkedHashMap<>();
    answers.put("500", exchange -> StandIn.send(exchange, 500, "text/plain", "no"));
    answers.put("404", exchange -> StandIn.send(exchange, 404, "text/html", "<p>no</p>"));
    answers.put("nothing", exchange -> StandIn.send(exchange, 200, "application/json", ""));
    answers.put("a page", exchange -> StandIn.send(exchange, 200, "text/html", "<p>Hello</p>"));
    answers.put("half JSON", exchange -> StandIn.send(exchange, 200, "application/json", "{\"id"));
    answers.put("an array", exchange -> StandIn.send(exchange, 200, "application/json", "[]"));
    answers.put("{}", exchange -> StandIn.send(exchange, 200, "application/json", "{}"));
    answers.put("a redirect", ProviderAnswersIT::redirect);
    answers.put("half an answer", ProviderAnswersIT::half);
    return answers.entrySet().stream();
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("nonsense")
  void nonsenseIsRefused(Map.Entry<String, HttpHandler> answer) {
    for (String path : List.of(Google.TOKEN, Google.USERINFO)) {
      server.google().fault(path, answer.getValue());
      assertRefused("google");
      server.mend();
    }
    for (String path : List.of(GitHub.TOKEN, GitHub.USER, GitHub.EMAILS)) {
      server.gitHub().fault(path, answer.getValue());
      assertRefused("github");
      server.mend();
    }
  }

  /** Without Google's keys nothing that Google signed can be told from what it did not. */
  @ParameterizedTest(name = "{0}")
  @MethodSource("nonsense")
  void nonsenseForKeysIsRefused(Map.Entry<String, HttpHandler> answer) {
    server.google().fault(Google.CERTS, answer.getValue());
    server.admin().post("/realms/app/clear-keys-cache", "").expect(204);
    assertRefused("google");
    server.admin().post("/realms/app/clear-keys-cache", "").expect(204);
  }

  @Test
  void aProviderThatIsDownIsToldAndTheNextLoginWorks() {
    Traveller traveller = new Traveller(server, application);
    add("google");
    String back = traveller.agree(traveller.choose(traveller.loginPage(), "google"), NOBODY_ID);
    server.proxy().goDown();
    assertNotLoggedIn(traveller.browser().open(back));
    assertNobody("google");
    server.mend();
    FormBrowser.Page page =
        new Traveller(server, application).logIn(GoogleAccount.of("31", "up-again@gmail.example"));
    application.redeem(page.parameter("code")).expect(200);
  }

  @ParameterizedTest
  @ValueSource(strings = {"google", "github"})
  void aProviderThatDoesNotAnswerIsGivenUp(String provider) {
    HttpHandler slow = this::wait;
    if (provider.equals("google")) {
      server.google().fault(Google.TOKEN, slow);
    } else {
      server.gitHub().fault(GitHub.TOKEN, slow);
    }
    long begin = System.nanoTime();
    assertRefused(provider);
    assertThat(TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begin))
        .isBetween((long) SocialServer.PATIENCE_MILLIS, SocialServer.PATIENCE_MILLIS + 10_000L);
  }

  @Test
  void noSecretOfAProviderIsInTheLog() {
    server.google().fault(Google.TOKEN, exchange -> StandIn.send(exchange, 500, "text/plain", ""));
    assertRefused("google");
    assertThat(server.log())
        .contains("Unexpected response from token endpoint")
        .doesNotContain(server.google().clientSecret(), server.gitHub().clientSecret())
        .doesNotContain("ya29.", "gho_");
  }

  private static final String NOBODY_ID = "404404";

  /** Goes the whole way, and is not let in. */
  private void assertRefused(String provider) {
    Traveller traveller = new Traveller(server, application);
    add(provider);
    String back =
        traveller.agree(traveller.choose(traveller.loginPage(), provider), account(provider));
    assertNotLoggedIn(traveller.browser().open(back));
    assertNobody(provider);
  }

  private void add(String provider) {
    if (provider.equals("google")) {
      server.google().add(GoogleAccount.of(NOBODY_ID, NOBODY));
    } else {
      server.gitHub().add(GitHubAccount.of(404404, "nobody-hub", "nobody@hub.example"));
    }
  }

  private static String account(String provider) {
    return provider.equals("google") ? NOBODY_ID : "nobody-hub";
  }

  /** A wrong nonce is told as JSON, everything else on a page. */
  private void assertNotLoggedIn(FormBrowser.Page page) {
    assertAtServer(page);
    assertThat(page.response().status()).isGreaterThanOrEqualTo(400);
    assertThat(page.response().body())
        .containsAnyOf("kc-page-title", "invalid nonce")
        .doesNotContain("Exception");
  }

  /** Whoever is let in is sent on to the application. */
  private void assertAtServer(FormBrowser.Page page) {
    assertThat(page.url()).startsWith(server.url().toString());
  }

  private void assertNobody(String provider) {
    String address = provider.equals("google") ? NOBODY : "nobody@hub.example";
    JsonNode found =
        server.admin().get("/realms/app/users?exact=true&email=" + address).expect(200).json();
    assertThat(found).as("users with " + address).isEmpty();
  }

  private static String withAnotherFirstCharacter(String state) {
    return (state.charAt(0) == 'x' ? 'y' : 'x') + state.substring(1);
  }

  private static UnaryOperator<String> signedByAnother() {
    KeyPair another = Google.newKey();
    return token -> Google.sign(another, claims(token));
  }

  private static UnaryOperator<String> changed() {
    return token -> {
      String[] parts = token.split("\\.");
      ObjectNode claims = claims(token).put("email", "admin@example.org");
      return parts[0] + "." + base64(claims.toString()) + "." + parts[2];
    };
  }

  private static UnaryOperator<String> unsigned() {
    return token ->
        base64(Json.object("alg", "none", "typ", "JWT")) + "." + token.split("\\.")[1] + ".";
  }

  private static ObjectNode claims(String token) {
    return (ObjectNode) dev.bulwark.it.support.Realm.claims(token);
  }

  private static String base64(String text) {
    return Base64.getUrlEncoder()
        .withoutPadding()
        .encodeToString(text.getBytes(java.nio.charset.StandardCharsets.UTF_8));
  }

  private static void redirect(HttpExchange exchange) throws IOException {
    exchange.getResponseHeaders().set("Location", "http://127.0.0.1:9/elsewhere");
    exchange.sendResponseHeaders(302, -1);
    exchange.close();
  }

  /** Promises more than it sends. */
  private static void half(HttpExchange exchange) throws IOException {
    exchange.getResponseHeaders().set("Content-Type", "application/json");
    exchange.sendResponseHeaders(200, 1000);
    exchange.getResponseBody().write('{');
    exchange.getResponseBody().flush();
    exchange.close();
  }

  /** Answers when the test is over. */
  private void wait(HttpExchange exchange) throws IOException {
    try {
      release.await(60, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    exchange.close();
  }
}
