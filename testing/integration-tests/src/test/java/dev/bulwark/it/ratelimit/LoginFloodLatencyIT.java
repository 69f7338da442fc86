package dev.bulwark.it.ratelimit;

import static dev.bulwark.it.ratelimit.LimitedServer.PASSWORD;
import static dev.bulwark.it.ratelimit.LimitedServer.newAddress;
import static dev.bulwark.it.ratelimit.LimitedServer.nobody;
import static dev.bulwark.it.support.Waits.SOON;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.bulwark.it.support.Http;
import dev.bulwark.it.support.Realm;
import dev.bulwark.it.support.Response;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntConsumer;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * L1: what others notice of a flood of logins. Beside it stands the same work without a crowd: as
 * many logins that succeed, each from an address of its own, and as many refusals, of an address
 * that is full of failures; both in turn, on a server that is warm. {@code -Dflood.seconds=60} is
 * the time of each.
 */
@Tag("full")
class LoginFloodLatencyIT {

  private static final LimitedServer SERVER = LimitedServer.shared();
  private static final int SECONDS = Integer.getInteger("flood.seconds", 60);
  private static final int ROUNDS = 4;
  private static final int PER_SECOND = 40;

  private static String user;
  private static String key;
  private static String gateway;

  @BeforeAll
  static void accounts() {
    user = nobody();
    SERVER.newUserAt("app", user, user + "@example.org");
    key = SERVER.newKey(SERVER.newUser());
    gateway = nobody();
    SERVER.newClient(Map.of("clientId", gateway, "attributes", Map.of("api-key.verify", "true")));
  }

  private enum Other {
    VERIFY {
      @Override
      void call(Response tokens) {
        Http.get(
                SERVER.realmUrl() + "/api-keys/verify",
                "Authorization",
                Realm.basic(gateway, LimitedServer.CLIENT_SECRET),
                "X-API-Key",
                key)
            .expect(200);
      }
    },
    CERTS {
      @Override
      void call(Response tokens) {
        Http.get(SERVER.endpoint("certs")).expect(200);
      }
    },
    REFRESH {
      @Override
      void call(Response tokens) {
        Http.postForm(
                SERVER.endpoint("token"),
                Map.of(
                    "grant_type", "refresh_token",
                    "client_id", "cli",
                    "refresh_token", tokens.text("refresh_token")))
            .expect(200);
      }
    };

    abstract void call(Response tokens);
  }

  /** How the logins of one phase were answered, and how long others took. */
  private static final class Phase {
    private final AtomicInteger granted = new AtomicInteger();
    private final AtomicInteger refused = new AtomicInteger();
    private final Map<Other, List<Long>> millis = new EnumMap<>(Other.class);

    private synchronized void add(Other other, long took) {
      millis.computeIfAbsent(other, same -> new ArrayList<>()).add(took);
    }

    private synchronized int least() {
      return Arrays.stream(Other.values())
          .mapToInt(other -> millis.getOrDefault(other, List.of()).size())
          .min()
          .orElseThrow();
    }

    void count(Response answer) {
      (answer.status() == 200 ? granted : refused).incrementAndGet();
    }

    synchronized long p99(Other other) {
      List<Long> sorted = new ArrayList<>(millis.getOrDefault(other, List.of()));
      Collections.sort(sorted);
      return sorted.get((int) Math.ceil(sorted.size() * 0.99) - 1);
    }
  }

  @Test
  void othersAreServedAsBesideTheSameWorkWithoutACrowd() throws Exception {
    String office = newAddress();
    // A server that has just started compiles: what it needs for that belongs to neither.
    measure(new Phase(), SECONDS / 3, i -> appGrant(office, PASSWORD));

    String full = newAddress();
    SERVER.fill(full);
    List<String> addresses = IntStream.range(0, 200).mapToObj(i -> newAddress()).toList();
    Phase flood = new Phase();
    Phase calm = new Phase();
    for (int round = 0; round < ROUNDS; round++) {
      measure(flood, SECONDS / ROUNDS, i -> flood.count(appGrant(office, PASSWORD)));
      int every = Math.max(1, (flood.granted.get() + flood.refused.get()) / flood.granted.get());
      measure(
          calm,
          SECONDS / ROUNDS,
          i ->
              calm.count(
                  i % every == 0
                      ? appGrant(addresses.get(i / every % addresses.size()), PASSWORD)
                      : SERVER.grant(full, nobody(), "wrong")));
    }

    for (Other other : Other.values()) {
      System.out.printf(
          "%s: p99 %d ms beside a flood (%d granted, %d refused), %d ms without a crowd (%d, %d)%n",
          other,
          flood.p99(other),
          flood.granted.get(),
          flood.refused.get(),
          calm.p99(other),
          calm.granted.get(),
          calm.refused.get());
    }
    for (Other other : Other.values()) {
      assertThat(flood.p99(other)).as(other.name()).isLessThanOrEqualTo(2 * calm.p99(other));
    }
  }

  private static void measure(Phase phase, int seconds, IntConsumer login) throws Exception {
    ScheduledExecutorService clock = Executors.newScheduledThreadPool(1);
    ExecutorService connections = Executors.newCachedThreadPool();
    AtomicInteger number = new AtomicInteger();
    Response tokens =
        SERVER.grant(newAddress(), SERVER.newUser(), PASSWORD, Map.of("scope", "openid"));
    try {
      clock.scheduleAtFixedRate(
          () -> {
            int i = number.getAndIncrement();
            connections.execute(() -> login.accept(i));
          },
          0,
          1_000_000 / PER_SECOND,
          TimeUnit.MICROSECONDS);
      for (Other other : Other.values()) {
        clock.scheduleAtFixedRate(
            () -> connections.execute(() -> phase.add(other, millisOf(other, tokens))),
            1,
            500,
            TimeUnit.MILLISECONDS);
      }
      int samples = phase.least() + 2 * seconds;
      await().atMost(SOON.plusSeconds(seconds)).until(() -> phase.least() >= samples);
    } finally {
      clock.shutdownNow();
      connections.shutdown();
      assertThat(connections.awaitTermination(60, TimeUnit.SECONDS)).isTrue();
    }
  }

  private static long millisOf(Other other, Response tokens) {
    long start = System.nanoTime();
    other.call(tokens);
    return Duration.ofNanos(System.nanoTime() - start).toMillis();
  }

  private static Response appGrant(String address, String password) {
    return Http.postForm(
        SERVER.url() + "/realms/app/protocol/openid-connect/token",
        Map.of(
            "grant_type",
            "password",
            "client_id",
            "dev-cli",
            "username",
            user,
            "password",
            password),
        "X-Forwarded-For",
        address);
  }
}
