package dev.bulwark.breached;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import dev.bulwark.breached.Verdict.Outcome;
import dev.bulwark.breached.Verdict.Source;
import dev.bulwark.breached.range.RangeClient;
import dev.bulwark.breached.range.RangeSettings;
import dev.bulwark.breached.range.RangeUnavailableException.Reason;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ProxySelector;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** P9: what decides, and what is counted. */
class BreachedPasswordCheckTest {

  /** In the shipped list. */
  private static final String COMMON = "password";

  /** In neither list. */
  private static final String RARE = "Fjordblick 7 Kamele";

  private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
  private final BreachedPasswordMetrics metrics = new BreachedPasswordMetrics(registry);
  private HttpServer server;
  private volatile int status = 200;
  private volatile String body = "1E4C9B93F3F0682250B6CF8331B7EE68FD8:7\r\n";

  @BeforeEach
  void start() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(
        "/",
        exchange -> {
          byte[] bytes = body.getBytes(StandardCharsets.US_ASCII);
          exchange.sendResponseHeaders(status, bytes.length);
          exchange.getResponseBody().write(bytes);
          exchange.close();
        });
    server.start();
  }

  @AfterEach
  void stop() {
    server.stop(0);
  }

  @ParameterizedTest
  @CsvSource({"1,BREACHED", "7,BREACHED", "8,ACCEPTED"})
  void theServiceDecidesByThreshold(int threshold, Outcome outcome) throws IOException {
    assertThat(check(true, UnreachablePolicy.OFFLINE_LIST).check(COMMON, threshold))
        .isEqualTo(new Verdict(outcome, Source.HIBP, null));
    assertThat(count("bulwark.breached.checks", "source", "hibp")).isEqualTo(1);
    assertThat(registry.get("bulwark.breached.request").tag("outcome", "answered").timer().count())
        .isEqualTo(1);
  }

  @Test
  void aSecondCheckUsesTheCache() throws IOException {
    BreachedPasswordCheck check = check(true, UnreachablePolicy.OFFLINE_LIST);
    check.check(COMMON, 1);
    assertThat(check.check(COMMON, 1)).isEqualTo(new Verdict(Outcome.BREACHED, Source.CACHE, null));
  }

  @ParameterizedTest
  @CsvSource({
    "OFFLINE_LIST,password,BREACHED,OFFLINE_LIST",
    "OFFLINE_LIST,Fjordblick 7 Kamele,ACCEPTED,OFFLINE_LIST",
    "REJECT,password,UNCHECKED,NONE",
    "REJECT,Fjordblick 7 Kamele,UNCHECKED,NONE",
    "ACCEPT,password,ACCEPTED,NONE",
    "ACCEPT,Fjordblick 7 Kamele,ACCEPTED,NONE"
  })
  void theSettingDecidesWhileTheServiceDoesNot(
      UnreachablePolicy policy, String password, Outcome outcome, Source source)
      throws IOException {
    status = 503;
    Verdict verdict = check(true, policy).check(password, 1);
    assertThat(verdict)
        .isEqualTo(new Verdict(outcome, source, new Verdict.Unreachable(Reason.STATUS, policy)));
    assertThat(count("bulwark.breached.unreachable", "policy", policy.label())).isEqualTo(1);
    assertThat(count("bulwark.breached.checks", "outcome", outcome.label())).isEqualTo(1);
  }

  @Test
  void aMissingColonIsNoAnswer() throws IOException {
    body = "1E4C9B93F3F0682250B6CF8331B7EE68FD87\r\n";
    Verdict verdict = check(true, UnreachablePolicy.REJECT).check(RARE, 1);
    assertThat(verdict.outcome()).isEqualTo(Outcome.UNCHECKED);
    assertThat(verdict.unreachable())
        .isEqualTo(new Verdict.Unreachable(Reason.MALFORMED, UnreachablePolicy.REJECT));
  }

  @Test
  void offlineAloneAsksNobody() throws IOException {
    BreachedPasswordCheck check = check(false, UnreachablePolicy.REJECT);
    assertThat(check.check(COMMON, 65_535))
        .isEqualTo(new Verdict(Outcome.BREACHED, Source.OFFLINE_LIST, null));
    assertThat(check.check(RARE, 1))
        .isEqualTo(new Verdict(Outcome.ACCEPTED, Source.OFFLINE_LIST, null));
    assertThat(registry.find("bulwark.breached.request").timer()).isNull();
  }

  private double count(String counter, String tag, String value) {
    return registry.get(counter).tag(tag, value).counter().count();
  }

  private BreachedPasswordCheck check(boolean online, UnreachablePolicy policy) throws IOException {
    RangeSettings settings =
        new RangeSettings(
            URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/range/"),
            Duration.ofSeconds(5),
            Duration.ofSeconds(5),
            3,
            Duration.ofMinutes(1),
            10,
            Duration.ofMinutes(1));
    return new BreachedPasswordCheck(
        online ? new RangeClient(settings, ProxySelector.of(null), null, metrics::requested) : null,
        new OfflineList(OfflineList.readShipped(), null),
        policy,
        metrics);
  }
}
