package dev.bulwark.limit;

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
    for (Attempt attempt : java.util.List.of(both, address)) {
      Attempt read = java.util.Objects.requireNonNull(Attempt.read(attempt.write()));
      assertThat(read.id()).isEqualTo(attempt.id());
      assertThat(read.keys()).isEqualTo(attempt.keys());
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "id", "id\n", "\nkey", "id\nkey\n\nkey"})
  void readsNothingElse(String text) {
    assertThat(Attempt.read(text)).isNull();
  }

  @ParameterizedTest
  @CsvSource({"1, 1", "999, 1", "1000, 1", "1001, 2", "59001, 60", "60000, 60"})
  void retryAfterIsRoundedUp(long millis, long seconds) {
    assertThat(new Decision.Refused(millis, Scope.ADDRESS, false).retryAfterSeconds())
        .isEqualTo(seconds);
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

  @ParameterizedTest
  @CsvSource({"0, 0, 1", "10000, 10000, 3600", "5, 10, 60"})
  void limitsInTheirRange(int address, int account, int seconds) {
    Limits limits = new Limits(address, account, Duration.ofSeconds(seconds));
    assertThat(limits.perAddress()).isEqualTo(address);
    assertThat(limits.perAccount()).isEqualTo(account);
    assertThat(limits.window()).hasSeconds(seconds);
  }

  @ParameterizedTest
  @CsvSource({
    // limits of the address and the account, whether an account is named, windows
    "5, 10, true, 2",
    "5, 10, false, 1",
    "0, 10, true, 1",
    "0, 10, false, 0",
    "5, 0, true, 1",
    "0, 0, true, 0",
  })
  void aLimitOfNoughtHasNoWindow(int address, int account, boolean named, int windows) {
    Attempt attempt =
        new Attempt(
            "id", "a", named ? "u" : null, new Limits(address, account, Duration.ofMinutes(1)));
    assertThat(attempt.keys()).hasSize(windows);
    assertThat(attempt.isUnlimited()).isEqualTo(windows == 0);
  }
}
