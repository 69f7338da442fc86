package dev.bulwark.limit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bulwark.redis.process.RedisProcess;
import dev.bulwark.redis.process.TestRedis;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import redis.clients.jedis.RedisClient;
import redis.clients.jedis.UnifiedJedis;

/** L2: known devices and addresses count apart from strangers, at two nodes and without Redis. */
class PoolTest {

  private static final Duration MINUTE = Duration.ofMinutes(1);
  private static final Duration HALF_DAY = Duration.ofHours(12);
  private static final AtomicInteger IDS = new AtomicInteger();

  private static RedisProcess redis;
  private static UnifiedJedis client;

  private final AtomicLong now = new AtomicLong();
  private final String user = "user-" + IDS.incrementAndGet();
  private final SharedLimiter one = node();
  private final SharedLimiter two = node();

  @BeforeAll
  static void start() {
    redis = RedisProcess.start();
    client = RedisClient.builder().hostAndPort(redis.address()).build();
  }

  @AfterAll
  static void end() {
    client.close();
    redis.close();
  }

  private SharedLimiter node() {
    return new SharedLimiter(
        "Attempts", new LocalLimiter(1_000, now::get), new RedisLimiter(new TestRedis(client, "")));
  }

  private Pool strangers(String address) {
    return Pool.of(
        List.of(
            new Window(user + address, 5, MINUTE, Scope.ADDRESS),
            new Window(user, 10, MINUTE, Scope.ACCOUNT)));
  }

  private Attempt stranger(String address) {
    return new Attempt(id(), List.of(strangers(address)));
  }

  private Attempt onDevice(String device) {
    return new Attempt(
        id(),
        List.of(
            new Pool(
                List.of(
                    new Window(user + device, 3, MINUTE, Scope.DEVICE),
                    new Window(user + device + "-failures", 4, HALF_DAY, Scope.DEVICE)),
                null),
            strangers("device-address")));
  }

  private Attempt fromAddress(String address) {
    return new Attempt(
        id(),
        List.of(
            new Pool(
                List.of(
                    new Window(user + address, 5, MINUTE, Scope.ADDRESS),
                    new Window(user + address + "-failures", 4, HALF_DAY, Scope.ACCOUNT)),
                mark(address)),
            strangers(address)));
  }

  private String mark(String address) {
    return user + address + "-mark";
  }

  private static String id() {
    return "id-" + IDS.incrementAndGet();
  }

  private void strangersFillTheAccount() {
    for (int i = 0; i < 10; i++) {
      assertThat(one.take(stranger("s" + i))).isInstanceOf(Decision.Granted.class);
    }
    assertThat(two.take(stranger("t"))).isInstanceOf(Decision.Refused.class);
  }

  @Test
  void strangersFillTheirOwnWindowOnly() {
    strangersFillTheAccount();
    for (SharedLimiter node : List.of(one, two)) {
      Attempt owner = onDevice("d");
      assertThat(node.take(owner)).isEqualTo(new Decision.Granted(0));
      node.giveBackHere(owner);
      node.giveBackEverywhere(owner);
    }
  }

  @Test
  void aDeviceHasAWindowOfItsOwnAtAllNodes() {
    for (int i = 0; i < 3; i++) {
      assertThat((i % 2 == 0 ? one : two).take(onDevice("d"))).isEqualTo(new Decision.Granted(0));
    }
    // The strangers' window has none of them.
    strangersFillTheAccount();
    assertThat(one.take(onDevice("other"))).isEqualTo(new Decision.Granted(0));
    for (SharedLimiter node : List.of(one, two)) {
      assertThat(node.take(onDevice("d"))).isInstanceOf(Decision.Refused.class);
    }
  }

  /** N4: the owner's cookie is never worse than none. */
  @Test
  void aDeviceWhoseWindowIsFullIsAStranger() {
    for (int i = 0; i < 3; i++) {
      assertThat(one.take(onDevice("d"))).isEqualTo(new Decision.Granted(0));
    }
    for (SharedLimiter node : List.of(one, two)) {
      assertThat(node.take(onDevice("d"))).isEqualTo(new Decision.Granted(1));
    }
    strangersLeft(one, 8);
  }

  @Test
  void aDeviceWithTooManyFailuresIsAStranger() {
    for (int i = 0; i < 3; i++) {
      assertThat(one.take(onDevice("d"))).isEqualTo(new Decision.Granted(0));
    }
    now.addAndGet(MINUTE.toNanos());
    SharedLimiter fresh = node();
    // Redis' clock cannot be set: its window of a minute is emptied, and that of failures is not.
    client.del(user + "d");
    assertThat(fresh.take(onDevice("d"))).isEqualTo(new Decision.Granted(0));
    assertThat(fresh.take(onDevice("d"))).isEqualTo(new Decision.Granted(1));
    strangersLeft(fresh, 9);
  }

  private void strangersLeft(SharedLimiter node, int left) {
    for (int i = 0; i < left; i++) {
      assertThat(node.take(stranger("u" + i))).isInstanceOf(Decision.Granted.class);
    }
    assertThat(node.take(stranger("v"))).isInstanceOf(Decision.Refused.class);
  }

  @Test
  void anAddressIsKnownAtAllNodesFromASuccessOn() {
    strangersFillTheAccount();
    assertThat(one.take(fromAddress("home"))).isInstanceOf(Decision.Refused.class);
    one.markHere(mark("home"), HALF_DAY);
    one.markEverywhere(mark("home"), HALF_DAY);
    for (SharedLimiter node : List.of(one, two, one, two)) {
      assertThat(node.take(fromAddress("home"))).isEqualTo(new Decision.Granted(0));
    }
    // Four failures: a stranger from now on.
    assertThat(two.take(fromAddress("home")))
        .isInstanceOfSatisfying(
            Decision.Refused.class,
            refused -> assertThat(refused.scope()).isEqualTo(Scope.ACCOUNT));
    assertThat(one.take(fromAddress("elsewhere"))).isInstanceOf(Decision.Refused.class);
  }

  @Test
  void aKnownAddressHasItsWindowAsEveryAddress() {
    one.markEverywhere(mark("office"), HALF_DAY);
    for (int i = 0; i < 5; i++) {
      one.take(stranger("office"));
    }
    assertThat(two.take(fromAddress("office")))
        .isInstanceOfSatisfying(
            Decision.Refused.class,
            refused -> assertThat(refused.scope()).isEqualTo(Scope.ADDRESS));
  }

  /** Whichever pool counts it in the end. */
  @Test
  void anAttemptIsOneRoundTrip() {
    try (RedisProcess own = RedisProcess.start();
        UnifiedJedis client = RedisClient.builder().hostAndPort(own.address()).build()) {
      RedisLimiter limiter = new RedisLimiter(new TestRedis(client, ""));
      limiter.take(stranger("warm-up"), List.of());
      own.admin("CONFIG", "RESETSTAT");
      for (int i = 0; i < 10; i++) {
        limiter.take(onDevice("d"), List.of());
        limiter.take(fromAddress("home"), List.of());
      }
      assertThat(own.admin("INFO", "commandstats"))
          .contains("cmdstat_evalsha:calls=20,")
          .doesNotContain("cmdstat_eval:");
    }
  }

  @Test
  void withoutRedisTheNodeKnowsWhatItHasSeen() {
    try (RedisProcess gone = RedisProcess.start();
        UnifiedJedis lost = RedisClient.builder().hostAndPort(gone.address()).build()) {
      SharedLimiter alone =
          new SharedLimiter(
              "Attempts",
              new LocalLimiter(1_000, now::get),
              new RedisLimiter(new TestRedis(lost, "")));
      alone.markHere(mark("home"), HALF_DAY);
      gone.kill();
      for (int i = 0; i < 10; i++) {
        alone.take(stranger("s" + i));
      }
      assertThat(alone.take(stranger("t"))).isInstanceOf(Decision.Refused.class);
      assertThat(alone.take(onDevice("d"))).isEqualTo(new Decision.Granted(0));
      assertThat(alone.take(fromAddress("home"))).isEqualTo(new Decision.Granted(0));
      assertThat(alone.take(fromAddress("elsewhere"))).isInstanceOf(Decision.Refused.class);
    }
  }

  /** Whether to come back in a second: not for what has failed, at whatever node. */
  @Test
  void aFailedAttemptIsNotInFlight() {
    Attempt[] open = new Attempt[5];
    for (int i = 0; i < 5; i++) {
      open[i] = stranger("a");
      one.take(open[i]);
    }
    assertThat(two.take(stranger("a")))
        .isInstanceOfSatisfying(
            Decision.Refused.class, refused -> assertThat(refused.inFlight()).isTrue());
    for (int i = 0; i < 5; i++) {
      one.failHere(open[i]);
      one.failEverywhere(open[i]);
      boolean left = i < 4;
      for (SharedLimiter node : List.of(one, two)) {
        assertThat(node.take(stranger("a")))
            .isInstanceOfSatisfying(
                Decision.Refused.class, refused -> assertThat(refused.inFlight()).isEqualTo(left));
      }
    }
    // A step that names the user gives its slot back later, in another request.
    one.giveBackHere(open[0]);
    one.giveBackEverywhere(open[0]);
    assertThat(two.take(stranger("a"))).isEqualTo(Decision.GRANTED);
  }
}
