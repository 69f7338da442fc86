package dev.bulwark.it.production;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.bulwark.it.support.FormBrowser;
import dev.bulwark.it.support.Http;
import dev.bulwark.it.support.Realm;
import dev.bulwark.it.support.Response;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.http.HttpRequest;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** L4–L6, S1 on a server with the settings of production. */
@Tag("slow")
class ProductionIT {

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String USER = "paula";
  private static final String PASSWORD = "a-battery-of-production";

  private static ProductionServer server;
  private static MailServer mails;

  @BeforeAll
  static void start() throws IOException {
    mails = new MailServer();
    server =
        ProductionServer.start(
            Map.of("SMTP_HOST", "127.0.0.1", "SMTP_PORT", Integer.toString(mails.port())));
    server.admin().post("/realms/app/users", user(USER)).expect(201);
  }

  @AfterAll
  static void stop() {
    if (server != null) {
      server.close();
    }
    if (mails != null) {
      mails.close();
    }
  }

  static String user(String name) {
    return """
    {"username": "%1$s", "enabled": true, "email": "%1$s@example.org", "emailVerified": true,
     "firstName": "Production", "lastName": "Test",
     "credentials": [{"type": "password", "value": "%2$s"}]}
    """
        .formatted(name, PASSWORD);
  }

  private static Login login() {
    return new Login(server, ProductionServer.APPLICATION);
  }

  @Test
  void thereIsNoPlainHttp() {
    assertThatThrownBy(
            () -> {
              try (Socket socket = new Socket()) {
                socket.connect(
                    new InetSocketAddress(server.httpUrl().getHost(), server.httpUrl().getPort()),
                    5_000);
              }
            })
        .isInstanceOf(ConnectException.class);
    assertThat(
            Http.get(server.realm().url() + "/.well-known/openid-configuration").expect(200).body())
        .doesNotContain("http://");
  }

  /** L4: the headers of every kind of page. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "/realms/app/account/",
        "/realms/app/protocol/openid-connect/auth",
        "/realms/app/protocol/openid-connect/auth?client_id=nobody",
        "/realms/app/no-such-page",
        "/admin/app/console/",
        "login"
      })
  void pagesCarryTheSecurityHeaders(String path) {
    Response page =
        Http.get(
            path.equals("login") ? login().address("openid") : server.url() + path,
            "Accept",
            "text/html");
    assertThat(page.header("Strict-Transport-Security"))
        .isEqualTo("max-age=31536000; includeSubDomains");
    assertThat(page.header("Content-Security-Policy"))
        .contains(
            "frame-src 'self'", "frame-ancestors 'self'", "object-src 'none'", "base-uri 'self'");
    assertThat(page.header("X-Frame-Options")).isEqualTo("SAMEORIGIN");
    assertThat(page.header("X-Content-Type-Options")).isEqualTo("nosniff");
    assertThat(page.header("Referrer-Policy")).isEqualTo("no-referrer");
    assertThat(page.header("Server") + page.header("X-Powered-By")).isEmpty();
  }

  /** L4: what machines are answered is for them alone and is kept by nobody. */
  @Test
  void tokensAreNotCached() {
    Response token =
        server
            .realm()
            .clientCredentials("tasks-service", server.secret("TASKS_SERVICE_SECRET"), Map.of());
    assertThat(token.expect(200).header("Cache-Control")).contains("no-store");
    assertThat(token.header("Strict-Transport-Security")).contains("max-age=31536000");
    assertThat(token.header("X-Content-Type-Options")).isEqualTo("nosniff");
  }

  /** S1, L4: every cookie of a whole login and logout. */
  @Test
  void noCookieIsWithoutItsFlags() {
    FormBrowser browser = new FormBrowser(server.url());
    Login login = login();
    Response tokens = login.tokens(browser, USER, PASSWORD);
    login.logOut(browser, tokens);
    List<String> cookies = browser.setCookies();
    assertThat(cookies)
        .extracting(ProductionIT::name)
        .contains("AUTH_SESSION_ID", "KEYCLOAK_IDENTITY");
    for (String cookie : cookies) {
      String flags = cookie.toLowerCase(Locale.ROOT);
      if (flags.contains("max-age=0")) {
        // Takes a cookie away and has nothing in it.
        assertThat(flags).startsWith(name(cookie).toLowerCase(Locale.ROOT) + "=;");
        continue;
      }
      assertThat(flags).as(cookie).containsPattern(";\\s*secure").containsPattern(";\\s*samesite=");
      // What scripts may read are hashes, which open nothing (SessionIT).
      if (!List.of("KEYCLOAK_SESSION", "KC_AUTH_SESSION_HASH").contains(name(cookie))) {
        assertThat(flags).as(cookie).containsPattern(";\\s*httponly");
      }
      assertThat(flags).as(cookie).doesNotContain("domain=").contains("path=/realms/app/");
    }
  }

  private static String name(String cookie) {
    return cookie.substring(0, cookie.indexOf('='));
  }

  /** L4: an application's own origin may read answers, a foreign one may not. */
  @Test
  void onlyTheOriginOfAnApplicationReadsAnswers() {
    FormBrowser browser = new FormBrowser(server.url());
    Response tokens = login().tokens(browser, USER, PASSWORD);
    String access = tokens.text("access_token");
    for (String origin :
        List.of(
            "https://evil.example.org",
            "null",
            "http://app.example.org",
            "https://app.example.org.evil.example.org")) {
      assertNotReadable(clientCredentials(origin), origin);
      assertNotReadable(
          Http.get(
              server.realm().endpoint("userinfo"),
              "Authorization",
              "Bearer " + access,
              "Origin",
              origin),
          origin);
      assertNotReadable(
          Http.get(
              server.realm().url() + "/api-keys",
              "Authorization",
              "Bearer " + access,
              "Origin",
              origin),
          origin);
    }
    Response own =
        Http.get(
            server.realm().endpoint("userinfo"),
            "Authorization",
            "Bearer " + access,
            "Origin",
            ProductionServer.APPLICATION);
    assertThat(own.expect(200).header("Access-Control-Allow-Origin"))
        .isEqualTo(ProductionServer.APPLICATION);
  }

  /** No answer lets every origin read what a cookie or token gave it. */
  @Test
  void noWildcardGoesWithCredentials() {
    String realm = server.realm().url();
    for (String path :
        List.of(
            "/protocol/openid-connect/token",
            "/protocol/openid-connect/userinfo",
            "/protocol/openid-connect/certs",
            "/protocol/openid-connect/logout",
            "/protocol/openid-connect/token/introspect",
            "/protocol/openid-connect/revoke",
            "/.well-known/openid-configuration",
            "/account",
            "/api-keys",
            "/api-keys/verify",
            "")) {
      for (String method : List.of("GET", "OPTIONS")) {
        Response answer =
            Http.send(
                Http.request(realm + path)
                    .header("Origin", "https://evil.example.org")
                    .header("Access-Control-Request-Method", "POST")
                    .header("Accept", "application/json")
                    .method(method, HttpRequest.BodyPublishers.noBody()));
        if (answer.header("Access-Control-Allow-Origin").equals("*")) {
          assertThat(answer.header("Access-Control-Allow-Credentials"))
              .as(method + " " + path)
              .isNotEqualTo("true");
        }
      }
    }
  }

  /** L6: each line is JSON with the fields of ECS, and has when, how grave and from where. */
  @Test
  void theLogIsJson() throws IOException {
    Http.get(server.realm().url()).expect(200);
    int lines = 0;
    for (String line : (Iterable<String>) server.log().lines()::iterator) {
      if (!line.startsWith("{")) {
        // Before the server has read its configuration, the JVM's and kc.sh's own words.
        assertThat(line).doesNotContain("org.keycloak.events", "type=\"");
        continue;
      }
      JsonNode entry = JSON.readTree(line);
      List<String> fields =
          entry.at("/event/provider").asText().equals("keycloak")
              ? List.of("@timestamp", "message", "source", "keycloak")
              : List.of("@timestamp", "message", "log.level", "log.logger");
      for (String field : fields) {
        assertThat(entry.has(field)).as(line).isTrue();
      }
      lines++;
    }
    assertThat(lines).isGreaterThan(5);
  }

  /** L6: everything of the checklist happens, and is in the log and in the store. */
  @Test
  void everyEventIsLoggedAndKept() {
    new EventScenario(server, mails, login()).run();
  }

  private static void assertNotReadable(Response answer, String origin) {
    assertThat(answer.header("Access-Control-Allow-Origin")).as(origin).isEmpty();
  }

  private static Response clientCredentials(String origin) {
    return Http.postForm(
        server.realm().endpoint("token"),
        Map.of("grant_type", "client_credentials", "scope", "tasks:read"),
        "Authorization",
        Realm.basic("tasks-service", server.secret("TASKS_SERVICE_SECRET")),
        "Origin",
        origin);
  }
}
