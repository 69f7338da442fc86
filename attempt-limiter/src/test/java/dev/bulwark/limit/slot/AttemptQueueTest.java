package dev.bulwark.limit.slot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.bulwark.limit.Attempt;
import dev.bulwark.limit.Decision;
import dev.bulwark.limit.Limits;
import dev.bulwark.limit.LocalLimiter;
import dev.bulwark.limit.RedisLimiter;
import dev.bulwark.limit.SharedLimiter;
import dev.bulwark.redis.process.RedisProcess;
import dev.bulwark.redis.process.TestRedis;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import redis.clients.jedis.RedisClient;
import redis.clients.jedis.UnifiedJedis;

/** L1: attempts wait for slots in flight, in turn, for a while, and not many of them. */
class AttemptQueueTest {

  private static final Limits LIMITS = new Limits(5, 0, Duration.ofMinutes(1));
  private static final Duration LONG = Duration.ofMinutes(1);
  private static final AtomicInteger IDS = new AtomicInteger();

  private static RedisProcess redis;
  private static UnifiedJedis client;

  private final String address = "a" + IDS.incrementAndGet();
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final Node one = new Node(100, LONG);

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

  @AfterEach
  void stop() {
    threads.shutdownNow();
  }

  private static final class Node {
    private final SharedLimiter limiter =
        new SharedLimiter(
            "Attempts",
            new LocalLimiter(1_000, System::nanoTime),
            new RedisLimiter(new TestRedis(client, "")));
    private final AttemptQueue queue;
    private final SlotReturns returns;

    Node(int most, Duration longest) {
      queue = new AttemptQueue(limiter, most, longest);
      returns = new SlotReturns(limiter, "returns", done -> {}, queue::settled);
    }
  }

  private Attempt attempt() {
    return new Attempt("id-" + IDS.incrementAndGet(), address, null, LIMITS);
  }

  private List<Attempt> fill(Node node) {
    List<Attempt> held = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      Attempt attempt = attempt();
      assertThat(node.queue.take(attempt)).isEqualTo(Decision.GRANTED);
      held.add(attempt);
    }
    return held;
  }

  @Test
  void aSlotThatComesBackGoesToTheFirstOfTheLine() {
    List<Attempt> held = fill(one);
    List<Integer> order = new CopyOnWriteArrayList<>();
    List<Attempt> waiters = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      int number = i;
      Attempt waiter = attempt();
      waiters.add(waiter);
      threads.submit(
          () -> {
            if (one.queue.take(waiter) instanceof Decision.Granted) {
              order.add(number);
            }
          });
      await().until(() -> one.queue.waiting() == number + 1);
    }
    for (int i = 0; i < 4; i++) {
      int number = i;
      one.returns.giveBack(held.get(i));
      await().until(() -> order.size() == number + 1);
    }
    assertThat(order).containsExactly(0, 1, 2, 3);
    assertThat(one.queue.waiting()).isZero();
  }

  @Test
  void aSlotOfAnotherNodeIsWaitedForToo() throws Exception {
    Node two = new Node(100, LONG);
    List<Attempt> held = fill(one);
    Future<Decision> waiter = threads.submit(() -> two.queue.take(attempt()));
    await().until(() -> two.queue.waiting() == 1);
    one.returns.giveBack(held.get(0));
    assertThat(waiter.get()).isEqualTo(Decision.GRANTED);
  }

  @Test
  void allAreRefusedAsSoonAsNothingCanComeBack() throws Exception {
    Node two = new Node(100, LONG);
    List<Attempt> held = fill(one);
    List<Future<Decision>> waiters = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      Node node = i % 2 == 0 ? one : two;
      waiters.add(threads.submit(() -> node.queue.take(attempt())));
    }
    await().until(() -> one.queue.waiting() + two.queue.waiting() == 20);
    held.forEach(one.returns::fail);
    for (Future<Decision> waiter : waiters) {
      assertThat(waiter.get()).isInstanceOf(Decision.Refused.class);
    }
    assertThat(one.queue.take(attempt())).isInstanceOf(Decision.Refused.class);
  }

  @Test
  void noMoreWaitThanMay() throws Exception {
    Node small = new Node(3, LONG);
    List<Attempt> held = fill(small);
    List<Future<Decision>> waiters = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      waiters.add(threads.submit(() -> small.queue.take(attempt())));
    }
    await().until(() -> small.queue.waiting() == 3);
    assertThat(small.queue.take(attempt())).isInstanceOf(Decision.Refused.class);
    held.forEach(small.returns::giveBack);
    for (Future<Decision> waiter : waiters) {
      assertThat(waiter.get()).isEqualTo(Decision.GRANTED);
    }
  }

  @Test
  void whoWaitsTooLongIsRefused() {
    Node hasty = new Node(100, Duration.ofMillis(200));
    fill(hasty);
    long start = System.nanoTime();
    assertThat(hasty.queue.take(attempt())).isInstanceOf(Decision.Refused.class);
    assertThat(Duration.ofNanos(System.nanoTime() - start)).isGreaterThan(Duration.ofMillis(199));
  }

  @Test
  void fiftyAtOnceOfFiveAtATimeAllGetThrough() throws Exception {
    AtomicInteger atOnce = new AtomicInteger();
    AtomicInteger most = new AtomicInteger();
    List<Future<Decision>> all = new ArrayList<>();
    for (int i = 0; i < 50; i++) {
      all.add(
          threads.submit(
              () -> {
                Attempt attempt = attempt();
                Decision decision = one.queue.take(attempt);
                most.accumulateAndGet(atOnce.incrementAndGet(), Math::max);
                atOnce.decrementAndGet();
                one.returns.giveBack(attempt);
                return decision;
              }));
    }
    for (Future<Decision> each : all) {
      assertThat(each.get()).isEqualTo(Decision.GRANTED);
    }
    assertThat(most.get()).isLessThanOrEqualTo(5);
  }
}
