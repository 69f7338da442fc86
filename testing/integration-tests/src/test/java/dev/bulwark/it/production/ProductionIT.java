package dev.bulwark.it.production;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.bulwark.it.bundle.PublicEndpoints;
import dev.bulwark.it.bundle.PublicEndpoints.Endpoint;
import dev.bulwark.it.support.FormBrowser;
import dev.bulwark.it.support.Http;
import dev.bulwark.it.support.Realm;
import dev.bulwark.it.support.Response;
import dev.bulwark.it.support.TestCertificate;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.http.HttpRequest;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import javax.net.ssl.KeyManager;
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
  private static final String FOREIGN_HOST = "evil.example.org";
  private static final String FOREIGN_ORIGIN = "https://" + FOREIGN_HOST;

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
  void noWildcardGoesWithCredentials() throws Exception {
    List<String> paths = new ArrayList<>();
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
            "")) {
      paths.add("/realms/app" + path);
    }
    PublicEndpoints.all().stream().map(ProductionIT::path).distinct().forEach(paths::add);
    for (String path : paths) {
      for (String method : List.of("GET", "OPTIONS")) {
        Response answer =
            Http.send(
                Http.request(server.url() + path)
                    .header("Origin", FOREIGN_ORIGIN)
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

  /**
   * L4: at no endpoint of the bundle does a token let another origin read, whatever a preflight
   * permits: Keycloak's names each origin that asks. Status lists are public.
   */
  @Test
  void noOtherOriginReadsAnAnswerOfTheBundle() throws Exception {
    for (Endpoint endpoint : PublicEndpoints.all()) {
      if (endpoint.method().equals("OPTIONS")) {
        continue;
      }
      for (String token : tokens()) {
        Response answer =
            Http.send(
                Http.request(server.url() + path(endpoint))
                    .header("Origin", FOREIGN_ORIGIN)
                    .header("Authorization", token)
                    .header("Content-Type", "application/json")
                    .method(endpoint.method(), HttpRequest.BodyPublishers.ofString("{}")));
        assertThat(answer.header("Access-Control-Allow-Origin"))
            .as("%s: %d", endpoint, answer.status())
            .isEqualTo(endpoint.path().contains("/token-status") ? "*" : "");
        assertThat(answer.header("Access-Control-Allow-Credentials")).as("%s", endpoint).isEmpty();
      }
    }
  }

  /** L4: no address in an answer or a mail is taken from the request. */
  @Test
  void noAddressIsTakenFromTheRequest() throws Exception {
    List<Endpoint> endpoints = new ArrayList<>(PublicEndpoints.all());
    for (String page : List.of("openid-configuration", "oauth-authorization-server")) {
      endpoints.add(new Endpoint("GET", "/realms/{realm}/.well-known/" + page));
    }
    String authorization = login().address("openid");
    endpoints.add(new Endpoint("GET", authorization.substring(server.url().toString().length())));
    List<String> tokens = tokens();
    int withAddress = 0;
    for (Endpoint endpoint : endpoints) {
      for (String token : tokens) {
        for (String start : List.of("", FOREIGN_ORIGIN)) {
          withAddress +=
              answersWithOwnAddress(endpoint.method(), start + path(endpoint), token, "{}") ? 1 : 0;
        }
      }
    }
    assertThat(withAddress).as("answers with an address").isGreaterThan(10);

    String key = "{\"name\":\"host\"}";
    assertThat(answersWithOwnAddress("POST", "/realms/app/api-keys", tokens.get(1), key)).isTrue();
    String user = server.admin().userId(USER);
    String mail = "/admin/realms/app/users/" + user + "/execute-actions-email";
    answersWithOwnAddress("PUT", mail, tokens.get(0), "[\"UPDATE_PASSWORD\"]");
    assertThat(mails.link()).startsWith(server.url() + "/realms/app/");
  }

  /** Of an administrator and of a user, as the header has them. */
  private static List<String> tokens() {
    Map<String, String> form =
        Map.of(
            "grant_type", "password",
            "client_id", "admin-cli",
            "username", "operator",
            "password", server.secret("ADMIN_PASSWORD"));
    Response admin = Http.postForm(new Realm(server.url(), "master").endpoint("token"), form);
    Response user = login().tokens(new FormBrowser(server.url()), USER, PASSWORD);
    return List.of("Bearer " + admin.text("access_token"), "Bearer " + user.text("access_token"));
  }

  private static String path(Endpoint endpoint) {
    return endpoint
        .path()
        .replace("{realm}", "app")
        .replaceAll("\\{[^}]*}", UUID.randomUUID().toString());
  }

  /**
   * Names a foreign host wherever a request can, and fails if the answer has it.
   *
   * @return whether the answer has the server's own address
   */
  private static boolean answersWithOwnAddress(
      String method, String target, String token, String body) throws IOException {
    String request =
        """
        %s %s HTTP/1.1
        Host: %s
        X-Forwarded-Host: %3$s
        X-Forwarded-Server: %3$s
        X-Forwarded-Port: 666
        X-Forwarded-Prefix: /%3$s
        X-Original-Host: %3$s
        Forwarded: host=%3$s;proto=https
        Authorization: %s
        Content-Type: application/json
        Content-Length: %d
        Connection: close

        %s"""
            .formatted(method, target, FOREIGN_HOST, token, body.length(), body);
    try (Socket socket =
        TestCertificate.get()
            .context(new KeyManager[0])
            .getSocketFactory()
            .createSocket("localhost", server.url().getPort())) {
      socket.setSoTimeout(20_000);
      socket
          .getOutputStream()
          .write(request.replace("\n", "\r\n").getBytes(StandardCharsets.US_ASCII));
      String answer = new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      assertThat(answer)
          .as("%s %s", method, target)
          .startsWith("HTTP/1.1 ")
          .doesNotContain(FOREIGN_HOST);
      return answer.contains(server.url().toString());
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
