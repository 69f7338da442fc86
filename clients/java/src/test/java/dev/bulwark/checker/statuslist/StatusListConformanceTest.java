package dev.bulwark.checker.statuslist;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.bulwark.checker.Verdict;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** C4, R8: the cases of status lists that all clients decide alike. */
class StatusListConformanceTest {

  private static final ObjectMapper JSON = new ObjectMapper();
  static final JsonNode SUITE = read();
  static final long NOW = SUITE.get("now").asLong();
  static final String ISSUER = SUITE.get("issuer").asText();

  private static JsonNode read() {
    try {
      return JSON.readTree(Path.of("../conformance/status-list-cases.json").toFile());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static Stream<Arguments> cases() {
    return StreamSupport.stream(SUITE.get("cases").spliterator(), false)
        .map(test -> Arguments.argumentSet(test.get("name").asText(), test));
  }

  /** Answers as a step says. */
  private static final class Server extends Clock implements ListSource {

    private long millis = NOW;
    private JsonNode answer = JSON.nullNode();
    private int requests;
    private @Nullable String etag;

    @Override
    public synchronized Answer get(URI uri, @Nullable String known) throws IOException {
      if (uri.toString().equals(ISSUER + "/protocol/openid-connect/certs")) {
        return new Answer(200, SUITE.get("keys").toString(), null);
      }
      assertThat(uri.toString()).startsWith(ISSUER + "/token-status/");
      requests++;
      etag = known;
      if (answer.isNull()) {
        throw new IOException("unreachable");
      }
      String list = SUITE.get("lists").path(answer.path("list").asText()).asText();
      return new Answer(answer.get("status").asInt(), list, answer.path("etag").textValue());
    }

    @Override
    public Instant instant() {
      return Instant.ofEpochMilli(millis);
    }

    @Override
    public ZoneId getZone() {
      return ZoneOffset.UTC;
    }

    @Override
    public Clock withZone(ZoneId zone) {
      return this;
    }
  }

  @ParameterizedTest
  @MethodSource("cases")
  void isDecidedAlike(JsonNode test) {
    Server server = new Server();
    StatusListChecker checker = new StatusListChecker(ISSUER, server, server);
    for (JsonNode step : test.get("steps")) {
      server.millis = NOW + step.path("later").asLong();
      if (step.has("answer")) {
        server.answer = step.get("answer");
      }
      assertThat(verdict(checker, step.get("token"), server))
          .as(step.toString())
          .isEqualTo(step.get("verdict").asText());
      if (step.has("requests")) {
        assertThat(server.requests).as(step.toString()).isEqualTo(step.get("requests").asInt());
      }
      if (step.has("sends")) {
        assertThat(server.etag).as(step.toString()).isEqualTo(step.get("sends").asText());
      }
    }
  }

  /** The verifier of the token's times rejects an expired one; the checker does not see exp. */
  private static String verdict(StatusListChecker checker, JsonNode token, Server server) {
    if (!token.has("exp")) {
      return "malformed";
    }
    if (NOW + token.get("exp").asLong() * 1000 <= server.millis) {
      return "expired";
    }
    Object status =
        token.has("status") ? JSON.convertValue(token.get("status"), Object.class) : null;
    return checker.check(status).name().toLowerCase(Locale.ROOT);
  }

  @Test
  void callersAtTheSameTimeFetchOnce() throws Exception {
    Server server = new Server();
    server.answer =
        JSON.createObjectNode().put("status", 200).put("list", "none revoked").put("etag", "\"a\"");
    StatusListChecker checker = new StatusListChecker(ISSUER, server, server);
    Object status =
        JSON.convertValue(
            SUITE.get("cases").get(0).get("steps").get(0).get("token").get("status"), Object.class);
    ExecutorService threads = Executors.newFixedThreadPool(8);
    List<Future<Verdict>> verdicts =
        threads.invokeAll(Collections.nCopies(8, () -> checker.check(status)));
    threads.shutdown();
    for (Future<Verdict> verdict : verdicts) {
      assertThat(verdict.get()).isEqualTo(Verdict.LIVE);
    }
    assertThat(server.requests).isEqualTo(1);
  }
}
