package dev.bulwark.it.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.bulwark.it.support.AdminApi;
import dev.bulwark.it.support.Json;
import dev.bulwark.it.support.SharedRealm;
import dev.bulwark.it.support.TestStack;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** K5, K6, K10: what happens to keys shows at the next request at every gateway. */
@SharedRealm
@Tag("slow")
class GatewayKeysIT {

  private static final AdminApi ADMIN = TestStack.get().admin();

  @TempDir private static Path files;
  private static Gateways gateways;

  @BeforeAll
  static void start() {
    gateways = Gateways.start(files);
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

  private static String ask(Gateway.Kind kind, String from, String... lines) {
    return Wire.send(
        gateways.of(kind),
        from,
        String.join("\r\n", lines) + "\r\nHost: gateway.example.org\r\nConnection: close\r\n\r\n");
  }

  private static int status(Gateway.Kind kind, String from, String key) {
    return Wire.statuses(ask(kind, from, "GET /t HTTP/1.1", "X-API-Key: " + key)).get(0);
  }

  private static int refused(Gateway.Kind kind) {
    return kind == Gateway.Kind.PACKAGES ? 401 : 403;
  }

  /** Those of nginx pass on what is left. */
  @ParameterizedTest
  @EnumSource
  void aUsedUpRateLimitIsAnswered429(Gateway.Kind kind) {
    String key =
        Gateways.key(Map.of("rateLimit", Map.of("requests", 1, "seconds", 3_600)))
            .get("key")
            .asText();
    String[] lines = {"GET /t HTTP/1.1", "X-API-Key: " + key};
    String first = ask(kind, Wire.freshAddress(), lines);
    String second = ask(kind, Wire.freshAddress(), lines);
    assertThat(Wire.statuses(first)).containsExactly(200);
    assertThat(Wire.statuses(second)).containsExactly(429);
    if (kind == Gateway.Kind.NGINX || kind == Gateway.Kind.COMPOSE) {
      assertThat(header(first, "RateLimit")).startsWith("\"key\";r=0;t=");
      assertThat(header(second, "RateLimit")).startsWith("\"key\";r=0;t=");
      assertThat(header(second, "RateLimit-Policy")).isEqualTo("\"key\";q=1;w=3600");
      assertThat(Integer.parseInt(header(second, "Retry-After"))).isBetween(1, 3_600);
    }
  }

  private static String header(String answer, String name) {
    Matcher line = Pattern.compile("(?im)^" + name + ": (.*)").matcher(answer);
    assertThat(line.find()).as(name + " in " + answer).isTrue();
    return line.group(1);
  }

  @ParameterizedTest
  @EnumSource
  void aRevokedKeyIsRefusedAtTheNextRequest(Gateway.Kind kind) {
    JsonNode made = Gateways.key(Map.of());
    String key = made.get("key").asText();
    String address = Wire.freshAddress();
    String path =
        "/realms/app/api-keys/" + made.get("id").asText() + "?owner=user:" + ADMIN.userId("alice");
    assertThat(status(kind, address, key)).isEqualTo(200);
    ADMIN.patch(path, Json.object("active", false)).expect(200);
    assertThat(status(kind, address, key)).isEqualTo(refused(kind));
    ADMIN.patch(path, Json.object("active", true)).expect(200);
    assertThat(status(kind, address, key)).isEqualTo(200);
    ADMIN.delete(path).expect(204);
    assertThat(status(kind, address, key)).isEqualTo(refused(kind));
  }

  @ParameterizedTest
  @EnumSource
  void wrongKeysAreLimitedByTheCallersOwnAddress(Gateway.Kind kind) {
    String good = Gateways.key(Map.of()).get("key").asText();
    String address = Wire.freshAddress();
    List<Integer> answers =
        Stream.iterate(0, i -> i + 1)
            .limit(40)
            .flatMap(
                i ->
                    Wire.statuses(
                        ask(
                            kind,
                            address,
                            "GET /t HTTP/1.1",
                            "X-API-Key: wrong-key-number-" + i,
                            // What the caller says of where it comes from is not believed.
                            "X-Real-IP: 198.51.100." + i,
                            "X-Forwarded-For: 198.51.100." + i))
                        .stream())
            .toList();
    assertThat(answers).hasSize(40).containsOnly(refused(kind), 429);
    assertThat(answers).filteredOn(status -> status == 429).hasSize(10);
    // A neighbour is not concerned; a key that is known goes on.
    assertThat(status(kind, Wire.freshAddress(), good)).isEqualTo(200);
    assertThat(status(kind, address, good)).isEqualTo(200);
  }

  /** Paths that gateway and server could read differently. */
  @ParameterizedTest
  @EnumSource(names = "COMPOSE", mode = EnumSource.Mode.EXCLUDE)
  void noPathComesThroughWithoutAKey(Gateway.Kind kind) {
    for (String path :
        List.of(
            "/../realms/app/.well-known/openid-configuration",
            "/%2e%2e/%2e%2e/x",
            "//x",
            "/x;y",
            "/_key",
            "/x%2f..%2f_key",
            "/x%00",
            "http://127.0.0.1/t",
            "/x?X-API-Key=y")) {
      for (String method : List.of("GET", "POST", "OPTIONS", "PROPFIND", "TRACE", "CONNECT")) {
        String answer =
            ask(kind, Wire.freshAddress(), method + " " + path + " HTTP/1.1", "Content-Length: 0");
        assertThat(Wire.statuses(answer)).as(method + " " + path).allMatch(status -> status >= 300);
      }
    }
    assertThat(gateways.application.requests()).isEmpty();
  }
}
