package dev.bulwark.it.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.bulwark.it.gateway.Question.Outcome;
import dev.bulwark.it.support.AdminApi;
import dev.bulwark.it.support.Realm;
import dev.bulwark.it.support.SharedRealm;
import dev.bulwark.it.support.TestStack;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * K5, K9: every shipped gateway is asked every {@link Question}. The answer has to be the
 * documented one, and neither the application nor Keycloak may see anything else of the caller.
 */
@SharedRealm
class GatewayIT {

  private static final TestStack STACK = TestStack.get();
  private static final AdminApi ADMIN = STACK.admin();
  private static final String VERIFY = "GET /realms/app/api-keys/verify HTTP/1.";
  private static final List<String> TOLD_TO_KEYCLOAK =
      List.of(
          "host",
          "authorization",
          "x-api-key",
          "x-real-ip",
          "connection",
          "accept-encoding",
          "user-agent",
          "accept");

  /** Caddy 2.6 cannot remove all headers: these mean nothing to Keycloak. */
  private static final List<String> LEFT_BY_CADDY = List.of("te", "x-other", "api-key");

  @TempDir private static Path files;
  private static Gateways gateways;
  private static JsonNode key;

  @BeforeAll
  static void start() {
    gateways = Gateways.start(files);
    key = Gateways.key(Map.of());
  }

  @AfterAll
  static void stop() {
    if (gateways != null) {
      gateways.close();
    }
  }

  @BeforeEach
  void forget() {
    gateways.forget();
  }

  static Stream<Arguments> cells() {
    return Stream.of(Gateway.Kind.values())
        .flatMap(
            kind ->
                Question.all().stream()
                    .filter(question -> kind != Gateway.Kind.PACKAGES || question.isRead())
                    .map(question -> Arguments.of(kind, question)));
  }

  @ParameterizedTest(name = "{0}: {1}")
  @MethodSource("cells")
  void answersAndTells(Gateway.Kind kind, Question question) {
    String address = Wire.freshAddress();
    String plain = key.get("key").asText();
    String answer =
        Wire.send(
            gateways.of(kind),
            address,
            question
                .request()
                .replace("BASIC", Realm.basic("anybody", plain))
                .replace("KEY", plain));
    List<Integer> statuses = Wire.statuses(answer);
    assertThat(statuses).as(answer).hasSizeLessThanOrEqualTo(1);
    int status = statuses.isEmpty() ? 400 : statuses.get(0);
    List<Application.Seen> seen = gateways.application.requests();
    assertAnswer(kind, question, status, answer);
    if (status >= 300) {
      assertThat(seen).as("comes through").isEmpty();
    } else if (kind != Gateway.Kind.PACKAGES) {
      assertThat(seen).hasSize(1);
      assertSeen(seen.get(0), isAnonymous(kind, question), question, address);
    }
    assertKeycloakSaw(kind, address);
  }

  private static boolean isAnonymous(Gateway.Kind kind, Question question) {
    return kind == Gateway.Kind.COMPOSE
        && (question.outcome() == Outcome.WITHOUT_KEY
            || question.outcome() == Outcome.STANDARD_KEY);
  }

  private static void assertAnswer(
      Gateway.Kind kind, Question question, int status, String answer) {
    int refused = kind == Gateway.Kind.PACKAGES ? 401 : 403;
    switch (question.outcome()) {
      case PASSES -> assertThat(status).as(answer).isBetween(200, 206);
      case REFUSED -> assertThat(status).as(answer).isEqualTo(refused);
      case WITHOUT_KEY ->
          assertThat(status).as(answer).isEqualTo(isAnonymous(kind, question) ? 200 : refused);
      case STANDARD_KEY ->
          assertThat(status)
              .as(answer)
              .isEqualTo(
                  kind == Gateway.Kind.PACKAGES || isAnonymous(kind, question) ? 200 : refused);
      case PASSES_OR_REJECTED -> assertThat(status).as(answer).isIn(200, 400);
      case REFUSED_OR_REJECTED -> assertThat(status).as(answer).isIn(refused, 400, 431);
    }
    if (status == 403) {
      assertThat(answer)
          .contains("application/json")
          .endsWith(
              "{\"error\":\"invalid_api_key\",\"error_description\":\"Invalid or revoked API key\"}");
    }
    assertThat(answer.toLowerCase(Locale.ROOT))
        .as("the challenge is Keycloak's for the gateway")
        .doesNotContain("realm=\"app\"");
  }

  private static void assertSeen(
      Application.Seen seen, boolean isAnonymous, Question question, String address) {
    Map<String, String> identity = new TreeMap<>();
    for (String[] header : seen.headers()) {
      if (header[0].replace('_', '-').startsWith("x-auth-")) {
        assertThat(identity.put(header[0], header[1])).as("%s twice", header[0]).isNull();
      }
    }
    identity.values().removeIf(String::isEmpty);
    assertThat(identity)
        .isEqualTo(
            isAnonymous
                ? Map.of()
                : Map.of(
                    "x-auth-subject",
                    ADMIN.userId("alice"),
                    "x-auth-username",
                    "alice",
                    "x-auth-scopes",
                    "tasks:read tasks:write",
                    "x-auth-key-id",
                    key.get("id").asText()));
    String headers = String.join("\n", seen.head().subList(1, seen.head().size()));
    assertThat(headers).doesNotContain("mallory");
    if (!isAnonymous) {
      assertThat(headers).doesNotContain(key.get("key").asText());
      assertThat(seen.values("x-api-key")).isEmpty();
    }
    assertThat(seen.values("x-forwarded-for")).isIn(List.of(), List.of(address));
    String target = question.request().split(" ", 3)[1];
    assertThat(seen.target()).isEqualTo(target.replace("KEY", key.get("key").asText()));
    if (target.equals("/body") && question.outcome() == Outcome.PASSES) {
      long sent = question.request().chars().filter(c -> c == 'b').count();
      // The letter is in the names of headers too, a few times.
      assertThat(seen.body()).matches("b+");
      assertThat((long) seen.body().length()).isBetween(sent - 4, sent);
    }
  }

  /** Nothing but the key and where it comes from. */
  private static void assertKeycloakSaw(Gateway.Kind kind, String address) {
    List<String> requests = gateways.keycloak.requests();
    assertThat(requests).hasSizeLessThanOrEqualTo(1);
    for (String request : requests) {
      String[] lines = request.split("\r\n");
      assertThat(lines[0]).startsWith(VERIFY);
      for (String line : List.of(lines).subList(1, lines.length)) {
        String name = line.substring(0, line.indexOf(':')).toLowerCase(Locale.ROOT);
        boolean isExpected =
            TOLD_TO_KEYCLOAK.contains(name)
                || (kind == Gateway.Kind.PACKAGES && name.equals("x-forwarded-authorization"))
                || (kind == Gateway.Kind.CADDY && LEFT_BY_CADDY.contains(name));
        assertThat(isExpected).as(line).isTrue();
      }
      assertThat(request)
          .containsIgnoringCase(
              "\r\nauthorization: " + Realm.basic("gateway", "gateway-dev-secret"))
          .containsIgnoringCase("\r\nx-real-ip: " + address + "\r\n")
          .doesNotContain("mallory")
          .endsWith("\r\n\r\n");
    }
  }

  /** What follows on a connection is a request of its own. */
  @ParameterizedTest
  @EnumSource
  void theNextRequestOfAConnectionNeedsAKeyOfItsOwn(Gateway.Kind kind) {
    String good = "X-API-Key: " + key.get("key").asText() + "\r\n";
    String host = "Host: gateway.example.org\r\n";
    String answers =
        Wire.send(
            gateways.of(kind),
            Wire.freshAddress(),
            "GET /t HTTP/1.1\r\n"
                + host
                + good
                + "\r\n"
                + "GET /t HTTP/1.1\r\n"
                + host
                + "X-API-Key: x\r\n\r\n"
                + "GET /t HTTP/1.1\r\n"
                + host
                + good
                + "Connection: close\r\n\r\n");
    int refused = kind == Gateway.Kind.PACKAGES ? 401 : 403;
    assertThat(Wire.statuses(answers)).as(answers).containsExactly(200, refused, 200);
    assertThat(gateways.application.requests()).hasSize(kind == Gateway.Kind.PACKAGES ? 0 : 2);
  }
}
