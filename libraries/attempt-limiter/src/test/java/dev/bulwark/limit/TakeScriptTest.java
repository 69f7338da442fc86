package dev.bulwark.limit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.bulwark.limit.script.Script;
import dev.bulwark.redis.RedisUnavailableException;
import dev.bulwark.redis.process.RedisProcess;
import dev.bulwark.redis.process.TestRedis;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import redis.clients.jedis.RedisClient;
import redis.clients.jedis.UnifiedJedis;

/** L1: {@code limiter-take.lua} in a real Redis, with what it reads and answers. */
@Tag("processes")
class TakeScriptTest {

  private static final Duration MINUTE = Duration.ofMinutes(1);
  private static final String MARK = "known";

  private static RedisProcess redis;
  private static UnifiedJedis client;

  @BeforeAll
  static void start() {
    redis = RedisProcess.start();
    client = RedisClient.builder().hostAndPort(redis.address()).build();
  }

  @AfterAll
  static void stop() {
    client.close();
    redis.close();
  }

  @BeforeEach
  void empty() {
    redis.admin("FLUSHALL");
  }

  @Test
  void aSlotIsTakenInEachWindowOfThePoolAndEndsWithIt() {
    assertThat(take("a", pool(null, window("one", 1), window("two", 2)))).isEqualTo(granted(0));
    for (String name : List.of("one", "two")) {
      assertThat(client.zrange(name, 0, -1)).containsExactly("a");
      assertThat(client.pttl(name)).isBetween(1L, MINUTE.toMillis());
    }
  }

  @Test
  void whereOneWindowIsFullNoneIsTaken() {
    take("a", pool(null, window("one", 1)));
    TakeAnswer answer = take("b", pool(null, window("two", 5), window("one", 1)));
    assertThat(answer.waitMillis()).isBetween(1L, MINUTE.toMillis());
    assertThat(answer.window()).isEqualTo(1);
    assertThat(client.zrange("two", 0, -1)).isEmpty();
  }

  @Test
  void aPoolWithoutItsMarkIsPassedOver() {
    Pool marked = pool(MARK, window("mine", 1));
    Pool all = pool(null, window("all", 1));
    assertThat(take("a", marked, all)).isEqualTo(granted(1));
    client.zadd(MARK, 0, "known");
    assertThat(take("b", marked, all)).isEqualTo(granted(0));
    assertThat(client.zrange("mine", 0, -1)).containsExactly("b");
    assertThatThrownBy(() -> take("c", pool("unknown", window("x", 1))))
        .isInstanceOf(RedisUnavailableException.class)
        .hasRootCauseMessage("every pool needs a mark");
  }

  @Test
  void theWaitIsThatOfTheFirstPoolThatHasRoomAgain() {
    Window hour = new Window("hour", 1, Duration.ofHours(1), Scope.ACCOUNT);
    take("a", pool(null, hour));
    take("b", pool(null, window("minute", 1)));
    TakeAnswer answer = take("c", pool(null, hour), pool(null, hour, window("minute", 1)));
    assertThat(answer.waitMillis()).isBetween(MINUTE.toMillis(), Duration.ofHours(1).toMillis());
    assertThat(answer.pool()).isZero();
    answer = take("c", pool(null, hour), pool(null, window("minute", 1)));
    assertThat(answer.waitMillis()).isBetween(1L, MINUTE.toMillis());
    assertThat(answer.pool()).isEqualTo(1);
  }

  @Test
  void anAttemptThatHasFailedIsNoneInFlight() {
    Pool pool = pool(null, window("one", 1));
    take("a", pool);
    assertThat(take("b", pool).inFlight()).isTrue();
    Script.FAIL.run(new TestRedis(client, ""), List.of("one"), List.of("a"));
    assertThat(take("b", pool).inFlight()).isFalse();
  }

  @Test
  void whatWasReturnedHoldsNoSlot() {
    Pool pool = pool(null, window("one", 2));
    take("a", pool);
    take("b", pool);
    assertThat(take("c", List.of("x", "a"), pool)).isEqualTo(granted(0));
    assertThat(client.zrange("one", 0, -1)).containsExactly("b", "c");
  }

  @Test
  void aSlotOfTheFutureDoesNotOutlastItsWindow() {
    Pool pool = pool(null, window("one", 1));
    long tomorrow = (System.currentTimeMillis() + Duration.ofDays(1).toMillis()) * 1_000;
    client.zadd("one", tomorrow, "a");
    assertThat(take("b", pool).waitMillis()).isEqualTo(MINUTE.toMillis());
  }

  private static TakeAnswer granted(int pool) {
    return new TakeAnswer(0, pool, 0, false);
  }

  private static Window window(String key, int limit) {
    return new Window(key, limit, MINUTE, Scope.ADDRESS);
  }

  private static Pool pool(@Nullable String mark, Window... windows) {
    return new Pool(Arrays.asList(windows), mark);
  }

  private static TakeAnswer take(String id, Pool... pools) {
    return take(id, List.of(), pools);
  }

  private static TakeAnswer take(String id, List<String> returned, Pool... pools) {
    TakeArguments sent =
        TakeArguments.of(new Attempt(id, Arrays.asList(pools)), returned, UnaryOperator.identity());
    return TakeAnswer.of(
        Script.TAKE.runForList(new TestRedis(client, ""), sent.keys(), sent.arguments()));
  }
}
