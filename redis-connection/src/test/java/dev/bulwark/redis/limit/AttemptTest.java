package dev.bulwark.redis.limit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AttemptTest {

  private static final Limits LIMITS = new Limits(5, 10, Duration.ofMinutes(1));

  @Test
  void isWrittenAndReadAgain() {
    Attempt both = new Attempt("id-1", "limit:{r}:a:192.0.2.1", "limit:{r}:u:00ff", LIMITS);
    Attempt address = new Attempt("id-2", "limit:{r}:a:192.0.2.1", null, LIMITS);
    assertThat(Attempt.read(both.write(), LIMITS)).isEqualTo(both);
    assertThat(Attempt.read(address.write(), LIMITS)).isEqualTo(address);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "id", "id\nkey", "id\nkey\nkey\nmore"})
  void readsNothingElse(String text) {
    assertThat(Attempt.read(text, LIMITS)).isNull();
  }

  @ParameterizedTest
  @CsvSource({"1, 1", "999, 1", "1000, 1", "1001, 2", "59001, 60", "60000, 60"})
  void retryAfterIsRoundedUp(long millis, long seconds) {
    assertThat(new Decision.Refused(millis, Scope.ADDRESS).retryAfterSeconds()).isEqualTo(seconds);
  }

  @ParameterizedTest
  @CsvSource({
    "-1, 10, 60",
    "10001, 10, 60",
    "5, -1, 60",
    "5, 10001, 60",
    "5, 10, 0",
    "5, 10, 3601"
  })
  void limitsOutOfRange(int address, int account, int seconds) {
    assertThatThrownBy(() -> new Limits(address, account, Duration.ofSeconds(seconds)))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
