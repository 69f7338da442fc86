package dev.bulwark.it.breached;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.bulwark.it.support.FormBrowser;
import dev.bulwark.it.support.Http;
import dev.bulwark.it.support.Realm;
import dev.bulwark.it.support.Response;
import dev.bulwark.testing.RangeServer;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * P8, P9: the policy of the shipped realm against a range API that speaks the real format, and one
 * that misbehaves; the setting is the default, {@code offline-list}.
 */
@Tag("slow")
class BreachedPasswordIT {

  /** SHA-1 5BAA61E4C9B93F3F0682250B6CF8331B7EE68FD8; in the offline list. */
  private static final String COMMON = "password";

  /** SHA-1 of neither list. */
  private static final String RARE = "Fjordblick 7 Kamele";

  private static final String COMMON_SUFFIX = "1E4C9B93F3F0682250B6CF8331B7EE68FD8";

  /** The real format: CRLF, upper case, padding with count 0. */
  private static final String RANGE =
      "0018A45C4D1DEF81644B54AB7F969B88D65:12\r\n"
          + COMMON_SUFFIX
          + ":25\r\n"
          + "00D4F6E8FA6EECAD2A3AA415EEC418D38EC:0\r\n"
          + "FFEE791CBAC0F6305CAF0CEE06BBE131160:0\r\n";

  private static RangeServer range;
  private static PolicyServer server;

  @BeforeAll
  static void start() throws IOException {
    range = new RangeServer(RangeServer.body(RANGE));
    server =
        PolicyServer.start(
            Map.of(
                "online", "true",
                "url", range.url().toString(),
                "request-timeout", "1500",
                "breaker-failures", "1000",
                "cache-entries", "0"));
  }

  @AfterAll
  static void stop() throws IOException {
    if (server != null) {
      server.close();
    }
    range.close();
  }

  @BeforeEach
  void reset() {
    range.behave(RangeServer.body(RANGE));
    range.requests().clear();
    server.setPolicy("length(8) and breachedPassword(1)").expect(204);
    server.clearEvents();
  }

  @Test
  void theAdminConsoleOffersThePolicyWithItsThreshold() {
    JsonNode offered =
        stream(server.admin().get("/serverinfo").expect(200).json().get("passwordPolicies"))
            .filter(policy -> "breachedPassword".equals(policy.get("id").asText()))
            .findAny()
            .orElseThrow();
    assertThat(offered.get("configType").asText()).isEqualTo("int");
    assertThat(offered.get("defaultValue").asText()).isEqualTo("1");
    assertThat(offered.get("displayName").asText()).isEqualTo("Not Breached (threshold)");
    assertThat(server.setPolicy("breachedPassword(0)").status()).isEqualTo(400);
    assertThat(server.setPolicy("breachedPassword(many)").status()).isEqualTo(400);
    server.setPolicy("breachedPassword").expect(204);
    assertThat(server.setPassword("alice", COMMON).status()).isEqualTo(400);
  }

  @Test
  void aBreachedPasswordIsRefusedWithAdvice() {
    Response refused = server.setPassword("alice", COMMON).expect(400);
    assertThat(refused.text("error")).isEqualTo("invalidPasswordBreachedMessage");
    assertThat(refused.text("error_description"))
        .contains("known from data breaches")
        .contains("Choose another one");
    assertThat(server.unreachableEvents()).as("the service answered").isEmpty();
    server.realm().login("alice");
  }

  @Test
  void anotherIsAcceptedAndOnlyFiveDigitsLeaveTheServer() {
    server.setPassword("bob", RARE).expect(204);
    server.realm().login("bob", RARE, "openid").expect(200);
    assertThat(range.requests()).hasSize(1);
    RangeServer.Request request = range.requests().get(0);
    assertThat(request.line()).matches("GET /range/[0-9A-F]{5} HTTP/1.1");
    assertThat(request.headers()).containsEntry("Add-Padding", "true");
    assertThat(request.headers().keySet())
        .isSubsetOf("Host", "Add-Padding", "User-Agent", "Connection", "Content-Length");
  }

  /** P10: nor does a login wait for it; the offline list alone decides. */
  @Test
  void aLoginNeverAsksTheService() {
    server.setPolicy("length(1)").expect(204);
    server.setPassword("bob", COMMON).expect(204);
    range.behave(BreachedPasswordIT::silence);
    server.setPolicy("breachedPassword(1) and breachedPasswordAtLogin(demand)").expect(204);
    assertThat(server.realm().login("bob", COMMON, "openid").expect(400).text("error_description"))
        .isEqualTo("Account is not fully set up");
    assertThat(range.requests()).isEmpty();
    server.setPolicy("length(1)").expect(204);
    server.setPassword("bob", Realm.PASSWORD).expect(204);
  }

  @ParameterizedTest
  @CsvSource({"25,400", "26,204"})
  void theThresholdCounts(int threshold, int status) {
    server.setPolicy("breachedPassword(" + threshold + ")").expect(204);
    assertThat(server.setPassword("carol", COMMON).status()).isEqualTo(status);
  }

  @Test
  void paddingIsNoBreach() {
    range.behave(RangeServer.body(COMMON_SUFFIX + ":0\r\n"));
    server.setPassword("carol", COMMON).expect(204);
  }

  static Stream<Arguments> misbehaviour() {
    return Stream.of(
        Arguments.of("missing colon", RangeServer.body(COMMON_SUFFIX + "25\r\n"), "malformed"),
        Arguments.of(
            "login page of a network",
            RangeServer.body("<!DOCTYPE html><p>Hello</p>"),
            "malformed"),
        Arguments.of("empty", RangeServer.body(""), "malformed"),
        Arguments.of("error", RangeServer.status(500, "x", "", RANGE), "status"),
        Arguments.of("redirect", RangeServer.status(302, "x", "Location: /\r\n", ""), "status"),
        Arguments.of("slow drip", (RangeServer.Behaviour) BreachedPasswordIT::drip, "timeout"),
        Arguments.of("no answer", (RangeServer.Behaviour) BreachedPasswordIT::silence, "timeout"),
        Arguments.of("cut short", (RangeServer.Behaviour) BreachedPasswordIT::cut, "connection"));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("misbehaviour")
  void withoutReliableAnswerTheOfflineListDecidesAndTheEventLogSaysSo(
      String name, RangeServer.Behaviour behaviour, String reason) {
    range.behave(behaviour);
    long start = System.nanoTime();
    assertThat(server.setPassword("carol", COMMON).expect(400).text("error"))
        .isEqualTo("invalidPasswordBreachedMessage");
    server.setPassword("carol", RARE).expect(204);
    assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(20));
    assertThat(server.unreachableEvents())
        .hasSize(2)
        .allSatisfy(
            details -> {
              assertThat(details.get("reason").asText()).isEqualTo(reason);
              assertThat(details.get("breached_password_unreachable_policy").asText())
                  .isEqualTo("offline-list");
              assertThat(details.get("breached_password_source").asText())
                  .isEqualTo("offline-list");
              assertThat(details.get("username").asText()).isEqualTo("carol");
            })
        .extracting(details -> details.get("breached_password_outcome").asText())
        .containsExactlyInAnyOrder("breached", "accepted");
  }

  @Test
  void retryAfterIsHonoured() {
    range.behave(RangeServer.status(429, "Too Many Requests", "Retry-After: 3\r\n", ""));
    server.setPassword("carol", RARE).expect(204);
    server.setPassword("carol", RARE).expect(204);
    assertThat(range.requests()).as("the second was not asked").hasSize(1);
    assertThat(server.unreachableEvents())
        .extracting(details -> details.get("reason").asText())
        .containsExactlyInAnyOrder("rate-limited", "circuit-open");
    assertThat(server.metrics()).containsPattern("bulwark_breached_circuit_open\\S* 1.0");
    range.behave(RangeServer.body(RANGE));
    Awaitility.await()
        .atMost(Duration.ofSeconds(30))
        .until(
            () -> {
              server.setPassword("carol", RARE).expect(204);
              return range.requests().size() == 2;
            });
    assertThat(server.metrics()).containsPattern("bulwark_breached_circuit_open\\S* 0.0");
  }

  @Test
  void aUserWhoRegistersReadsTheAdviceInTheirLanguage() {
    assertThat(register("en", "newcomer1", COMMON))
        .contains("This password is known from data breaches");
    assertThat(register("de", "newcomer2", COMMON))
        .contains("Dieses Passwort ist aus Datenlecks bekannt");
    register("de", "newcomer3", RARE);
    assertThat(server.admin().userId("newcomer3")).isNotBlank();
  }

  @Test
  void registeringDuringAnOutageIsInTheEventLog() {
    range.behave(RangeServer.status(500, "x", "", ""));
    register("en", "newcomer4", RARE);
    assertThat(server.unreachableEvents())
        .isNotEmpty()
        .allSatisfy(details -> assertThat(details.get("username").asText()).isEqualTo("newcomer4"));
  }

  @Test
  void metricsTellWhatDecided() {
    server.setPassword("carol", COMMON).expect(400);
    assertThat(server.metrics())
        .contains("bulwark_breached_checks_total{outcome=\"breached\",source=\"hibp\"")
        .contains("bulwark_breached_request_seconds_count{outcome=\"answered\"")
        .containsPattern("bulwark_breached_index_entries\\S* [1-9]");
  }

  @Test
  void noPasswordAndNoHashIsLogged() {
    server.setPassword("carol", COMMON).expect(400);
    range.behave(RangeServer.status(500, "x", "", ""));
    server.setPassword("carol", RARE).expect(204);
    assertThat(server.log()).doesNotContain(RARE, COMMON_SUFFIX, "5BAA6");
  }

  /** Fills the registration form and returns the page that follows. */
  private static String register(String language, String username, String password) {
    String start =
        server.realm().endpoint("registrations")
            + "?"
            + Http.encode(
                Map.of(
                    "client_id", "account",
                    "response_type", "code",
                    "scope", "openid",
                    "ui_locales", language,
                    "redirect_uri", server.realm().url() + "/account/"));
    FormBrowser browser = new FormBrowser(server.realm().server());
    FormBrowser.Page page = browser.open(start);
    Map<String, String> form =
        Map.of(
            "username",
            username,
            "email",
            username + "@example.org",
            "firstName",
            "New",
            "lastName",
            "Comer",
            "password",
            password,
            "password-confirm",
            password);
    return browser.submit(page, form).response().body();
  }

  private static void drip(RangeServer.Request request, OutputStream out) throws IOException {
    head(out);
    CountDownLatch never = new CountDownLatch(1);
    try {
      for (byte b : RANGE.repeat(100).getBytes(StandardCharsets.US_ASCII)) {
        out.write(b);
        out.flush();
        if (never.await(100, TimeUnit.MILLISECONDS)) {
          return;
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static void silence(RangeServer.Request request, OutputStream out) {
    try {
      if (new CountDownLatch(1).await(1, TimeUnit.MINUTES)) {
        throw new IllegalStateException("nobody counts this down");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static void cut(RangeServer.Request request, OutputStream out) throws IOException {
    head(out);
    out.write(RANGE.getBytes(StandardCharsets.US_ASCII));
    out.close();
  }

  private static void head(OutputStream out) throws IOException {
    out.write(
        "HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
    out.flush();
  }

  private static Stream<JsonNode> stream(JsonNode array) {
    return StreamSupport.stream(array.spliterator(), false);
  }
}
