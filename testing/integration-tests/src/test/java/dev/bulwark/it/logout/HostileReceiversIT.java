package dev.bulwark.it.logout;

import static dev.bulwark.it.support.Waits.SOON;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.nimbusds.jose.JWSAlgorithm;
import dev.bulwark.it.support.Response;
import dev.bulwark.it.support.TestStack;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** R9: receivers that answer badly delay nobody, and none makes Keycloak call what it must not. */
@Tag("slow")
class HostileReceiversIT {

  private static final Pattern CONTENT_LENGTH =
      Pattern.compile("(?i)\\r\\ncontent-length: *(\\d+)");

  private static final TestStack STACK = TestStack.get();

  /** Defaults of the options. */
  private static final int MAX_RECEIVERS = 16;

  private static final int MAX_IN_FLIGHT = 4;

  private final LogoutRealm realm =
      LogoutRealm.create(STACK.url(), STACK.admin(), "hostile-receivers");
  private final Application honest = Application.start(realm.url(), "shop", JWSAlgorithm.RS256);
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final CountDownLatch over = new CountDownLatch(1);
  private final AtomicInteger calls = new AtomicInteger();
  private ServerSocket socket;

  @BeforeEach
  void listen() throws IOException {
    socket = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    realm.notified("shop", honest.url());
  }

  @AfterEach
  void end() throws IOException {
    over.countDown();
    socket.close();
    threads.shutdownNow();
    honest.close();
    realm.delete();
  }

  /** What a receiver sends when it has read a request. */
  @FunctionalInterface
  private interface Answering {
    void answer(OutputStream out, CountDownLatch over) throws IOException, InterruptedException;
  }

  private enum Behavior implements Answering {
    SILENT("no answer in time") {
      @Override
      public void answer(OutputStream out, CountDownLatch over)
          throws IOException, InterruptedException {
        over.await();
      }
    },
    GARBAGE("no valid answer") {
      @Override
      public void answer(OutputStream out, CountDownLatch over) throws IOException {
        out.write("\0\1\2 no HTTP at all \r\n\r\n".getBytes(StandardCharsets.ISO_8859_1));
      }
    },
    ENDLESS_HEADER("no .*answer.*") {
      @Override
      public void answer(OutputStream out, CountDownLatch over) throws IOException {
        out.write("HTTP/1.1 200 OK\r\nX-Long: ".getBytes(StandardCharsets.ISO_8859_1));
        byte[] part = "a".repeat(8192).getBytes(StandardCharsets.ISO_8859_1);
        while (over.getCount() > 0) {
          out.write(part);
        }
      }
    },
    HANG_UP("no valid answer") {
      @Override
      public void answer(OutputStream out, CountDownLatch over) {}
    },
    REDIRECT("status 302") {
      @Override
      public void answer(OutputStream out, CountDownLatch over) throws IOException {
        out.write(
            "HTTP/1.1 302 Found\r\nLocation: /\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"
                .getBytes(StandardCharsets.ISO_8859_1));
      }
    };

    private final String reason;

    /** As the administrator sees it, a regular expression. */
    Behavior(String reason) {
      this.reason = reason;
    }
  }

  private void serve(Answering behavior) {
    threads.execute(
        () -> {
          while (!socket.isClosed()) {
            try {
              Socket connection = socket.accept();
              threads.execute(() -> serve(connection, behavior));
            } catch (IOException e) {
              return;
            }
          }
        });
  }

  private void serve(Socket connection, Answering behavior) {
    try (connection) {
      read(connection.getInputStream());
      calls.incrementAndGet();
      behavior.answer(connection.getOutputStream(), over);
      connection.getOutputStream().flush();
    } catch (IOException e) {
      // Keycloak has hung up.
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** All of it: the end of a connection with unread bytes is a reset, which can lose the answer. */
  private static void read(InputStream request) throws IOException {
    StringBuilder head = new StringBuilder();
    for (int next = request.read(); next >= 0; next = request.read()) {
      head.append((char) next);
      if (next == '\n' && head.indexOf("\r\n\r\n", head.length() - 4) >= 0) {
        Matcher length = CONTENT_LENGTH.matcher(head);
        request.skipNBytes(length.find() ? Long.parseLong(length.group(1)) : 0);
        return;
      }
    }
  }

  @ParameterizedTest
  @EnumSource(Behavior.class)
  void delaysNobodyElse(Behavior behavior) {
    serve(behavior);
    realm.notified("bad", "http://127.0.0.1:" + socket.getLocalPort() + "/logout");
    for (int i = 0; i < 5; i++) {
      Response login = realm.login("bad", "ann");
      Instant begin = Instant.now();
      realm.logout("bad", login);
      assertThat(Duration.between(begin, Instant.now())).isLessThan(Duration.ofSeconds(3));
    }
    await().atMost(SOON).until(() -> calls.get() > 0);
    Instant begin = Instant.now();
    realm.logout("shop", realm.login("shop", "ben"));
    await().atMost(SOON).until(() -> honest.acknowledged().size() == 1);
    assertThat(Duration.between(begin, Instant.now())).isLessThan(Duration.ofSeconds(4));
    await().atMost(SOON).until(() -> realm.failing().size() == 1);
    assertThat(realm.failing().get(0).get("clientId").asText()).isEqualTo("bad");
    assertThat(realm.failing().get(0).get("reason").asText()).matches(behavior.reason);
    await("it is left alone for longer each time")
        .atMost(SOON)
        .until(() -> realm.failing().get(0).get("failures").asInt() > 1);
    assertThat(honest.calls()).hasSize(1);
  }

  @ParameterizedTest
  @CsvSource({
    "http://169.254.169.254/latest/meta-data, is not allowed",
    "http://[fd00:ec2::254]/latest, is not allowed",
    "http://0.0.0.0:1/, is not allowed",
    "http://192.0.2.1/logout, requires HTTPS",
    "https://no-such-host.invalid/logout, host name is unknown"
  })
  void isNotCalledThere(String url, String reason) {
    realm.notified("bad", url);
    realm.logout("bad", realm.login("bad", "ann"));
    await().atMost(SOON).until(() -> realm.failing().size() == 1);
    JsonNode failing = realm.failing().get(0);
    assertThat(failing.get("clientId").asText()).isEqualTo("bad");
    assertThat(failing.get("reason").asText()).contains(reason);
  }

  /** Nothing is sent, and the notice waits for a better URL. */
  @Test
  void aUrlThatIsNoneIsRepairedByTheAdministrator() {
    realm.notified("bad", "https://user:secret@127.0.0.1/logout");
    Response login = realm.login("bad", "ann");
    realm.logout("bad", login);
    try (Application repaired = Application.start(realm.url(), "bad", JWSAlgorithm.RS256)) {
      realm.change("bad", Map.of("backchannel.logout.url", repaired.url()));
      await().atMost(SOON).until(() -> repaired.acknowledged().size() == 1);
      assertThat(repaired.acknowledged().get(0).sid()).isEqualTo(LogoutRealm.sid(login));
    }
  }

  @Test
  void aRejectedNoticeHoldsNoOther() {
    Response rejected = realm.login("shop", "ann");
    String sid = LogoutRealm.sid(rejected);
    honest.answer(call -> call.sid().equals(sid) ? 400 : 200);
    realm.logout("shop", rejected);
    await().atMost(SOON).until(() -> honest.calls().size() == 1);
    realm.logout("shop", realm.login("shop", "ben"));
    await().atMost(SOON).until(() -> honest.acknowledged().size() == 1);
    honest.answer(call -> 200);
    await().atMost(SOON).until(() -> honest.acknowledged().size() == 2);
  }

  /** As many as a node calls at once, at one host, and each has notices for a while. */
  @Test
  void slowReceiversTakeTurnsWithTheOthers() {
    serve(
        (out, end) -> {
          if (!end.await(2, TimeUnit.SECONDS)) {
            out.write(
                "HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n"
                    .getBytes(StandardCharsets.ISO_8859_1));
          }
        });
    String host = "http://127.0.0.1:" + socket.getLocalPort() + "/";
    for (int receiver = 0; receiver < MAX_RECEIVERS; receiver++) {
      String clientId = "slow-" + receiver;
      realm.notified(clientId, host + clientId);
      for (int notice = 0; notice < 4 * MAX_IN_FLIGHT; notice++) {
        realm.login(clientId, "ann");
      }
    }
    Response login = realm.login("shop", "ben");
    realm.admin().post(realm.path("/users/" + realm.userId("ann") + "/logout"), "{}").expect(204);
    await("all of them to be called, which share no connections")
        .atMost(SOON)
        .until(() -> calls.get() >= MAX_RECEIVERS * MAX_IN_FLIGHT);
    realm.logout("shop", login);
    await().atMost(SOON).until(() -> honest.acknowledged().size() == 1);
    assertThat(calls.get())
        .as("calls of the slow ones, of which each has four rounds")
        .isLessThan(3 * MAX_RECEIVERS * MAX_IN_FLIGHT);
    assertThat(realm.failing()).isEmpty();
  }

  /** An application may answer so for sessions that it does not know any more. */
  @Test
  void noticesThatAreNotAcceptedHoldNoOther() {
    Set<String> unknown = new HashSet<>();
    for (int i = 0; i < MAX_IN_FLIGHT + 2; i++) {
      unknown.add(LogoutRealm.sid(realm.login("shop", "ann")));
    }
    honest.answer(call -> unknown.contains(call.sid()) ? 404 : 200);
    realm.admin().post(realm.path("/users/" + realm.userId("ann") + "/logout"), "{}").expect(204);
    await().atMost(SOON).until(() -> realm.failing().size() == 1);

    await("the logouts of others to show that the application works")
        .atMost(SOON)
        .pollInterval(Duration.ofSeconds(1))
        .until(
            () -> {
              realm.logout("shop", realm.login("shop", "ben"));
              return realm.failing().isEmpty();
            });
    assertThat(honest.acknowledged()).isNotEmpty();
    honest.answer(call -> 200);
    await("what was not accepted to be delivered")
        .atMost(SOON)
        .until(
            () ->
                honest.acknowledged().stream()
                    .map(Application.Call::sid)
                    .toList()
                    .containsAll(unknown));
  }
}
