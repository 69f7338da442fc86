package dev.bulwark.it.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bulwark.it.support.AdminApi;
import dev.bulwark.it.support.Json;
import dev.bulwark.it.support.SharedRealm;
import dev.bulwark.it.support.TestStack;
import dev.bulwark.testing.FreePort;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * K5: whatever keeps Keycloak from answering about a key, a gateway answers 503 within five
 * seconds. It never calls a key invalid that nobody has looked at, and lets nothing through.
 */
@SharedRealm
@Tag("slow")
class GatewayFaultsIT {

  private static final TestStack STACK = TestStack.get();
  private static final AdminApi ADMIN = STACK.admin();
  private static final Duration BOUND = Duration.ofSeconds(5);

  @TempDir private static Path files;
  private static Gateways gateways;
  private static String key;

  @BeforeAll
  static void start() {
    gateways = Gateways.start(files);
    key = Gateways.key(Map.of()).get("key").asText();
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

  private static void assertUnknown(Gateway gateway, String what) {
    for (String method : List.of("GET", "POST")) {
      long began = System.nanoTime();
      String answer =
          Wire.send(
              gateway,
              Wire.freshAddress(),
              method
                  + " /t HTTP/1.1\r\nHost: gateway.example.org\r\nConnection: close\r\n"
                  + "Content-Length: 0\r\nX-API-Key: "
                  + key
                  + "\r\n\r\n");
      assertThat(Wire.statuses(answer)).as(what + ": " + answer).containsExactly(503);
      assertThat(Duration.ofNanos(System.nanoTime() - began)).as(what).isLessThan(BOUND);
      assertThat(answer.toLowerCase(Locale.ROOT)).doesNotContain("www-authenticate", "realm=");
    }
    assertThat(gateways.application.requests()).as(what).isEmpty();
  }

  @ParameterizedTest
  @EnumSource
  void keycloakIsAway(Gateway.Kind kind) {
    try (Gateway gateway = gateways.before(kind, FreePort.next())) {
      assertUnknown(gateway, "away");
    }
  }

  @ParameterizedTest
  @EnumSource
  void keycloakIsSilent(Gateway.Kind kind) throws IOException {
    try (ServerSocket silent = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        Gateway gateway = gateways.before(kind, silent.getLocalPort())) {
      assertUnknown(gateway, "silent");
    }
  }

  /** What stands in Keycloak's place, a proxy for example, answers something else. */
  @ParameterizedTest
  @EnumSource
  void somethingElseAnswers(Gateway.Kind kind) throws IOException {
    for (String answer :
        List.of(
            "HTTP/1.1 500 Internal Server Error\r\nContent-Length: 0\r\n\r\n",
            "HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n",
            "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n",
            "HTTP/1.1 302 Found\r\nLocation: /login\r\nContent-Length: 0\r\n\r\n",
            "HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n",
            "HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: Basic realm=\"app\"\r\nContent-Length: 0"
                + "\r\n\r\n",
            "HTTP/1.1 200",
            "")) {
      try (FixedAnswer other = FixedAnswer.of(answer);
          Gateway gateway = gateways.before(kind, other.port())) {
        assertUnknown(gateway, answer.isEmpty() ? "hangs up" : answer.substring(0, 12));
      }
    }
  }

  /** N3: Keycloak rejects the gateway itself. */
  @ParameterizedTest
  @EnumSource
  void keycloakRejectsTheGateway(Gateway.Kind kind) {
    Gateway gateway = gateways.of(kind);
    try {
      Gateways.changeClient(Map.of("api-key.verify", "false"));
      assertUnknown(gateway, "without the attribute");
    } finally {
      Gateways.changeClient(Map.of("api-key.verify", "true"));
    }
    try {
      Gateways.enableClient(false);
      assertUnknown(gateway, "client disabled");
    } finally {
      Gateways.enableClient(true);
    }
    try {
      ADMIN.put("/realms/app", Json.object("enabled", false)).expect(204);
      assertUnknown(gateway, "realm disabled");
    } finally {
      ADMIN.put("/realms/app", Json.object("enabled", true)).expect(204);
    }
  }
}
