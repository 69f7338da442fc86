package dev.bulwark.it.oidc;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import com.microsoft.playwright.Browser;
import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.Cookie;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.bulwark.it.support.AdminApi;
import dev.bulwark.it.support.Chromium;
import dev.bulwark.it.support.Http;
import dev.bulwark.it.support.Realm;
import dev.bulwark.it.support.Response;
import dev.bulwark.it.support.SharedRealm;
import dev.bulwark.it.support.TestStack;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import redis.clients.jedis.RedisClient;

/** O1, S1, R1: a person logs in to the relying application in a browser, and out again. */
@SharedRealm
@Tag("full")
class BrowserLoginIT {

  private static final String VERIFIER = "a-verifier-of-at-least-forty-three-characters-0123456789";

  private static Chromium chromium;
  private static HttpServer server;
  private static String application;

  private final TestStack stack = TestStack.get();
  private final Realm realm = stack.realm();

  @BeforeAll
  static void launch() throws IOException {
    chromium = Chromium.launch();
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext("/", BrowserLoginIT::answerAsApplication);
    server.start();
    application = "http://127.0.0.1:" + server.getAddress().getPort();
    AdminApi admin = TestStack.get().admin();
    String path = "/realms/app/clients/" + admin.clientUuid("relying-app");
    ObjectNode client = (ObjectNode) admin.get(path).expect(200).json();
    client.putArray("redirectUris").add(application + "/*");
    ((ObjectNode) client.get("attributes")).put("post.logout.redirect.uris", application + "/");
    admin.put(path, client.toString()).expect(204);
  }

  private static void answerAsApplication(HttpExchange exchange) throws IOException {
    byte[] body = "<p>the application</p>".getBytes(StandardCharsets.UTF_8);
    exchange.getResponseHeaders().add("Content-Type", "text/html");
    exchange.sendResponseHeaders(200, body.length);
    exchange.getResponseBody().write(body);
    exchange.close();
  }

  @AfterAll
  static void close() {
    if (chromium != null) {
      chromium.close();
    }
    if (server != null) {
      server.stop(0);
    }
  }

  @Test
  void aWrongPasswordIsToldAndACodeNeedsItsVerifier() {
    try (BrowserContext context = chromium.newContext(new Browser.NewContextOptions())) {
      Page page = context.newPage();
      page.navigate(authorization("S256", challenge(VERIFIER)));
      page.fill("#username", "alice");
      page.fill("#password", "not her password");
      page.click("#kc-login");
      page.locator("[id^=input-error]").first().waitFor();
      page.fill("#password", Realm.PASSWORD);
      page.click("#kc-login");
      page.waitForURL(application + "/**");
      Map<String, String> answer = query(page.url());
      assertThat(answer).containsEntry("state", "a-state").containsKey("code");

      List<Cookie> cookies = context.cookies();
      assertThat(cookies)
          .anyMatch(cookie -> cookie.name.equals("KEYCLOAK_IDENTITY") && cookie.httpOnly);

      exchange(
              answer.getOrDefault("code", ""),
              "another-verifier-of-at-least-forty-three-characters-01")
          .expect(400);
    }
  }

  @Test
  void theWholeWayInAndOut() {
    try (BrowserContext context = chromium.newContext(new Browser.NewContextOptions());
        RedisClient redis = RedisClient.create(stack.redis().url())) {
      Page page = context.newPage();
      page.navigate(authorization("S256", challenge(VERIFIER)));
      page.fill("#username", "bob");
      page.fill("#password", Realm.PASSWORD);
      page.click("#kc-login");
      page.waitForURL(application + "/**");
      Response tokens = exchange(query(page.url()).getOrDefault("code", ""), VERIFIER).expect(200);
      String access = tokens.text("access_token");
      assertThat(Realm.claims(access).get("preferred_username").asText()).isEqualTo("bob");
      assertThat(Realm.claims(tokens.text("id_token")).get("nonce").asText()).isEqualTo("a-nonce");
      assertThat(realm.isActive(access)).isTrue();

      page.navigate(
          realm.endpoint("logout")
              + "?id_token_hint="
              + tokens.text("id_token")
              + "&post_logout_redirect_uri="
              + Http.encode(application + "/"));
      page.waitForURL(application + "/**");

      String key = "revoked:" + Realm.claims(access).get("jti").asText();
      long left = Realm.claims(access).get("exp").asLong() - System.currentTimeMillis() / 1000;
      assertThat(redis.get(key)).isEqualTo("1");
      assertThat(redis.ttl(key)).isBetween(left + 59, left + 61);
      assertThat(realm.isActive(access)).isFalse();
      realm.userInfo(access).expect(401);
    }
  }

  @Test
  void aRequestWithoutPkceIsRefused() {
    Response plain = Http.get(authorization("plain", VERIFIER));
    assertThat(plain.status()).isEqualTo(302);
    assertThat(query(plain.header("Location"))).containsEntry("error", "invalid_request");
    Response none = Http.get(authorization("", ""));
    assertThat(query(none.header("Location"))).containsEntry("error", "invalid_request");
  }

  @Test
  void aForeignRedirectIsNotFollowed() {
    String foreign =
        authorization("S256", challenge(VERIFIER))
            .replace(Http.encode(application), Http.encode("http://127.0.0.2"));
    Response response = Http.get(foreign);
    assertThat(response.status()).isEqualTo(400);
    assertThat(response.header("Location")).isEmpty();
  }

  private String authorization(String method, String challenge) {
    String url =
        realm.endpoint("auth")
            + "?client_id=relying-app&response_type=code&scope=openid+tasks%3Aread&state=a-state&nonce=a-nonce&redirect_uri="
            + Http.encode(application + "/callback");
    return method.isEmpty()
        ? url
        : url + "&code_challenge_method=" + method + "&code_challenge=" + challenge;
  }

  private Response exchange(String code, String verifier) {
    return Http.postForm(
        realm.endpoint("token"),
        Map.of(
            "grant_type",
            "authorization_code",
            "code",
            code,
            "redirect_uri",
            application + "/callback",
            "code_verifier",
            verifier),
        "Authorization",
        Realm.basic("relying-app", "relying-app-dev-secret"));
  }

  private static String challenge(String verifier) {
    try {
      byte[] hash =
          MessageDigest.getInstance("SHA-256").digest(verifier.getBytes(StandardCharsets.US_ASCII));
      return Base64.getUrlEncoder().withoutPadding().encodeToString(hash);
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError(e);
    }
  }

  private static Map<String, String> query(String url) {
    return Arrays.stream(URI.create(url).getRawQuery().split("&"))
        .map(pair -> pair.split("=", 2))
        .collect(Collectors.toMap(pair -> pair[0], pair -> pair[1], (first, second) -> first));
  }
}
