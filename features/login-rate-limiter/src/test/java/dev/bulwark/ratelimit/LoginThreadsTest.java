package dev.bulwark.ratelimit;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** L1: all login attempts together hold so many of the worker threads. */
class LoginThreadsTest {

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 8})
  void noMoreThanTheLimit(int limit) {
    LoginThreads threads = new LoginThreads(limit);
    assertThat(threads.limit()).isEqualTo(limit);
    for (int i = 0; i < limit; i++) {
      assertThat(threads.take("192.0.2." + i, 5)).isNotNull();
    }
    assertThat(threads.take("192.0.2.99", 5)).isNull();
    assertThat(threads.held()).isEqualTo(limit);
  }

  @Test
  void anAddressHoldsAsManyAsItMayTry() {
    LoginThreads threads = new LoginThreads(50);
    LoginThreads.Hold first = taken(threads, "a", 2);
    assertThat(threads.take("a", 2)).isNotNull();
    assertThat(threads.take("a", 2)).isNull();
    assertThat(threads.take("b", 2)).isNotNull();
    first.close();
    assertThat(threads.take("a", 2)).isNotNull();
    assertThat(threads.take("a", 2)).isNull();
    assertThat(threads.take("a", 0)).as("of a trusted network").isNotNull();
  }

  @Test
  void aThreadIsReleasedOnce() {
    LoginThreads threads = new LoginThreads(50);
    LoginThreads.Hold hold = taken(threads, "a", 1);
    LoginThreads.Hold other = taken(threads, "b", 1);
    hold.close();
    hold.close();
    assertThat(threads.held()).isEqualTo(1);
    assertThat(threads.take("b", 1)).isNull();
    other.close();
    assertThat(threads.held()).isZero();
  }

  private static LoginThreads.Hold taken(LoginThreads threads, String address, int limit) {
    return Objects.requireNonNull(threads.take(address, limit));
  }
}
