package dev.bulwark.app;

import static org.assertj.core.api.Assertions.assertThat;

import jakarta.servlet.http.HttpSession;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.apache.catalina.Context;
import org.apache.catalina.Manager;
import org.apache.catalina.Session;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.boot.tomcat.TomcatWebServer;
import org.springframework.boot.web.server.servlet.context.ServletWebServerApplicationContext;
import org.springframework.security.core.context.SecurityContextImpl;
import org.springframework.security.oauth2.client.OAuth2AuthorizedClient;
import org.springframework.security.oauth2.client.authentication.OAuth2AuthenticationToken;
import org.springframework.security.oauth2.client.registration.ClientRegistrationRepository;
import org.springframework.security.oauth2.client.web.HttpSessionOAuth2AuthorizedClientRepository;
import org.springframework.security.oauth2.core.OAuth2AccessToken;
import org.springframework.security.oauth2.core.OAuth2RefreshToken;
import org.springframework.security.oauth2.core.user.DefaultOAuth2User;
import org.springframework.security.web.context.HttpSessionSecurityContextRepository;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;

/** L4, R5, S1: the application over HTTPS, while neither Keycloak nor Redis can be reached. */
@SpringBootTest(
    webEnvironment = SpringBootTest.WebEnvironment.RANDOM_PORT,
    properties = {
      "app.url=https://tasks.example.org",
      "app.keycloak.issuer=https://id.example.org/realms/app",
      "app.keycloak.client-secret=secret-of-a-test",
      "spring.datasource.url=jdbc:h2:mem:away"
    })
@Tag("processes")
class KeycloakAwayTest {

  private static final HttpClient HTTP = HttpClient.newHttpClient();

  @LocalServerPort private int port;
  @Autowired private ServletWebServerApplicationContext application;
  @Autowired private ClientRegistrationRepository clients;

  private static int nobody;

  @DynamicPropertySource
  static void nobodyListens(DynamicPropertyRegistry registry) throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      int free = socket.getLocalPort();
      nobody = free;
      registry.add("app.redis.port", () -> free);
      registry.add("app.api-keys.client-id", () -> "gateway");
      registry.add("app.api-keys.client-secret", () -> "secret");
      registry.add("app.keycloak.internal-url", () -> "http://127.0.0.1:" + free + "/realms/app");
    }
  }

  @Test
  void itStartsAndAnswersWithEveryHeader() throws Exception {
    HttpResponse<String> home = get("/");
    assertThat(home.statusCode()).isEqualTo(200);
    assertThat(home.headers().firstValue("Content-Security-Policy").orElse(""))
        .contains(
            "default-src 'none'",
            "frame-ancestors 'none'",
            "form-action 'self' https://id.example.org");
    assertThat(home.headers().firstValue("Strict-Transport-Security").orElse(""))
        .contains("max-age=31536000");
    assertThat(home.headers().firstValue("X-Frame-Options")).hasValue("DENY");
    assertThat(home.headers().firstValue("X-Content-Type-Options")).hasValue("nosniff");
    assertThat(home.headers().firstValue("Referrer-Policy")).hasValue("same-origin");
  }

  /** The address of the login is the configured one, not what the request says of its host. */
  @Test
  void theLoginHasPkceStateAndNonceAndACookieThatIsSafe() throws Exception {
    HttpResponse<String> login = get("/oauth2/authorization/keycloak");
    assertThat(login.statusCode()).isEqualTo(302);
    assertThat(login.headers().firstValue("Location").orElse(""))
        .startsWith("https://id.example.org/realms/app/protocol/openid-connect/auth?")
        .contains("code_challenge_method=S256", "code_challenge=", "state=", "nonce=")
        .contains("redirect_uri=https://tasks.example.org/login/oauth2/code/keycloak");
    assertThat(login.headers().firstValue("Set-Cookie").orElse(""))
        .startsWith("__Host-TASKS_SESSION=")
        .contains("; Secure", "; HttpOnly", "; SameSite=Lax", "; Path=/")
        .doesNotContain("Domain");
    assertThat(get("/oauth2/authorization/keycloak?register").headers().firstValue("Location"))
        .hasValueSatisfying(location -> assertThat(location).contains("prompt=create"));
  }

  /** Tomcat itself believes Host, and to HTTP/1.0 (nginx, unless told otherwise) in any case. */
  @ParameterizedTest
  @ValueSource(strings = {"HTTP/1.0", "HTTP/1.1"})
  void noAddressIsMadeOfWhatARequestSaysOfItsHost(String version) throws Exception {
    for (String path :
        List.of(
            "/tasks",
            "/unknown",
            "/actuator/env",
            "/oauth2/authorization/keycloak",
            "/login/oauth2/code/keycloak?error=denied&state=x",
            "/login/oauth2/code/keycloak?code=x&state=x")) {
      String answer = asEvil("GET " + path + " " + version);
      assertThat(answer).startsWith("HTTP/1.1 302").doesNotContain("evil");
      assertThat(answer)
          .as(path)
          .containsPattern("\r\nLocation: (/[^/]|https://id\\.example\\.org/realms/app/)");
    }
    assertThat(asEvil("GET /docs/openapi " + version)).contains("\"/\"").doesNotContain("evil");
  }

  private String asEvil(String request) throws IOException {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      socket
          .getOutputStream()
          .write(
              (request
                      + "\r\nHost: evil.example"
                      + "\r\nX-Forwarded-Host: evil.example"
                      + "\r\nForwarded: host=evil.example"
                      + "\r\nConnection: close\r\n\r\n")
                  .getBytes(StandardCharsets.US_ASCII));
      return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  /** Strangers can make sessions, so those end soon; a page that is refused makes none. */
  @Test
  void aSessionWithoutALoginEndsSoon() throws Exception {
    assertThat(get("/").headers().firstValue("Set-Cookie")).isEmpty();
    assertThat(get("/tasks").headers().firstValue("Set-Cookie")).isEmpty();
    String cookie =
        get("/oauth2/authorization/keycloak").headers().firstValue("Set-Cookie").orElseThrow();
    Session session =
        sessions().findSession(cookie.replaceAll("^__Host-TASKS_SESSION=([^;]*);.*$", "$1"));
    assertThat(session.getMaxInactiveInterval()).isEqualTo(15 * 60);
  }

  /** One after another they would take 100 s, and all threads with 200 requests. */
  @Test
  void theRequestsOfASessionDoNotWaitOneAfterAnotherForASilentKeycloak() throws Exception {
    String cookie = loggedIn();
    try (ServerSocket silent = new ServerSocket(nobody, 100, InetAddress.getLoopbackAddress())) {
      long began = System.nanoTime();
      List<CompletableFuture<HttpResponse<String>>> answers =
          IntStream.range(0, 20)
              .mapToObj(
                  i ->
                      HTTP.sendAsync(
                          HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/tasks"))
                              .header("Cookie", cookie)
                              .build(),
                          HttpResponse.BodyHandlers.ofString()))
              .toList();
      for (CompletableFuture<HttpResponse<String>> answer : answers) {
        assertThat(answer.get(2, TimeUnit.MINUTES).statusCode()).isEqualTo(503);
      }
      assertThat(Duration.ofNanos(System.nanoTime() - began))
          .as("with the silent port %s", silent.getLocalPort())
          .isLessThan(Duration.ofSeconds(20));
    }
  }

  /** The cookie of a session whose access token has expired, so that it must be renewed. */
  private String loggedIn() throws Exception {
    String cookie =
        get("/oauth2/authorization/keycloak").headers().firstValue("Set-Cookie").orElseThrow();
    String id = cookie.replaceAll("^__Host-TASKS_SESSION=([^;]*);.*$", "$1");
    HttpSession session = sessions().findSession(id).getSession();
    Instant now = Instant.now();
    session.setAttribute(
        HttpSessionSecurityContextRepository.SPRING_SECURITY_CONTEXT_KEY,
        new SecurityContextImpl(
            new OAuth2AuthenticationToken(
                new DefaultOAuth2User(List.of(), Map.of("sub", "alice"), "sub"),
                List.of(),
                "keycloak")));
    session.setAttribute(
        HttpSessionOAuth2AuthorizedClientRepository.class.getName() + ".AUTHORIZED_CLIENTS",
        new HashMap<>(
            Map.of(
                "keycloak",
                new OAuth2AuthorizedClient(
                    Objects.requireNonNull(clients.findByRegistrationId("keycloak")),
                    "alice",
                    new OAuth2AccessToken(
                        OAuth2AccessToken.TokenType.BEARER,
                        "access",
                        now.minusSeconds(600),
                        now.minusSeconds(300)),
                    new OAuth2RefreshToken("refresh", now.minusSeconds(600))))));
    return "__Host-TASKS_SESSION=" + id;
  }

  private Manager sessions() {
    if (application.getWebServer() instanceof TomcatWebServer server) {
      return ((Context) server.getTomcat().getHost().findChildren()[0]).getManager();
    }
    throw new IllegalStateException("no Tomcat");
  }

  /** Nobody can tell whether the token is good, so nobody calls it bad. */
  @Test
  void aTokenThatCannotBeCheckedIsNotCalledBad() throws Exception {
    String token =
        base64("{\"alg\":\"RS256\",\"kid\":\"any\"}")
            + "."
            + base64("{\"sub\":\"x\"}")
            + "."
            + base64("signature");
    HttpResponse<String> answer = get("/api/tasks", "Authorization", "Bearer " + token);
    assertThat(answer.statusCode()).isEqualTo(503);
    assertThat(answer.headers().firstValue("Retry-After")).isPresent();
    assertThat(answer.headers().firstValue("WWW-Authenticate")).isEmpty();
  }

  @Test
  void aKeyThatCannotBeCheckedIsNotCalledBad() throws Exception {
    HttpResponse<String> answer = get("/api/tasks", "X-API-Key", "atk_anything");
    assertThat(answer.statusCode()).isEqualTo(503);
    assertThat(answer.headers().firstValue("Retry-After")).isPresent();
  }

  /** The page of the API is made of the OpenAPI document, and needs no script. */
  @Test
  void thePageOfTheApiHasEveryOperationAndItsAnswers() throws Exception {
    HttpResponse<String> page = get("/docs");
    assertThat(page.statusCode()).isEqualTo(200);
    assertThat(page.headers().firstValue("Content-Security-Policy").orElse(""))
        .doesNotContain("script");
    assertThat(page.body())
        .contains("<title>API</title>", "GET /api/tasks", "POST /api/tasks", "tasks:write")
        .contains("GET /api/admin/users", "401", "403", "429", "503")
        .doesNotContain("<script");
    String document = get("/docs/openapi").body();
    assertThat(document).contains("\"key\":[]").doesNotContain("*/*");
  }

  @Test
  void onlyItsHealthIsShownOfItsInside() throws Exception {
    assertThat(get("/actuator/health").body()).contains("\"status\"").doesNotContain("127.0.0.1");
    assertThat(get("/actuator/env").statusCode()).isEqualTo(302);
    assertThat(get("/actuator/heapdump").statusCode()).isEqualTo(302);
  }

  private static String base64(String text) {
    return Base64.getUrlEncoder()
        .withoutPadding()
        .encodeToString(text.getBytes(StandardCharsets.UTF_8));
  }

  private HttpResponse<String> get(String path, String... headers) throws Exception {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path));
    if (headers.length > 0) {
      request.headers(headers);
    }
    return HTTP.send(request.build(), HttpResponse.BodyHandlers.ofString());
  }
}
