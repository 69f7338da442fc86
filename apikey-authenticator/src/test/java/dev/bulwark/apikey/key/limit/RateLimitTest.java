package dev.bulwark.apikey.key.limit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** K10: what a rate limit may be, and which of two is the stricter one. */
class RateLimitTest {

  @ParameterizedTest
  @CsvSource({"1,1", "100000000,2678400"})
  void takesWhatIsInRange(int requests, int seconds) {
    RateLimit limit = new RateLimit(requests, seconds);
    assertThat(limit.requests()).isEqualTo(requests);
    assertThat(limit.seconds()).isEqualTo(seconds);
  }

  @ParameterizedTest
  @CsvSource({"0,60,requests", "100000001,60,requests", "1,0,seconds", "1,2678401,seconds"})
  void rejectsWhatIsNot(int requests, int seconds, String named) {
    assertThatThrownBy(() -> new RateLimit(requests, seconds))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(named);
  }

  @ParameterizedTest
  @CsvSource({
    "100,60, true",
    "99,60, true",
    "100,61, true",
    "101,60, false",
    "100,59, false",
    // A hundred an hour at most, but all of them at once.
    "101,3600, false",
    // One a second could be within a hundred a minute, and is still rejected: a plain rule.
    "1,1, false",
  })
  void isWithinAHundredAMinute(int requests, int seconds, boolean within) {
    assertThat(new RateLimit(requests, seconds).isWithin(new RateLimit(100, 60))).isEqualTo(within);
  }

  @Test
  void widensWhatLetsMoreThrough() {
    RateLimit hundred = new RateLimit(100, 60);
    assertThat(RateLimit.widens(hundred, new RateLimit(101, 60))).isTrue();
    assertThat(RateLimit.widens(hundred, null)).isTrue();
    assertThat(RateLimit.widens(hundred, hundred)).isFalse();
    assertThat(RateLimit.widens(hundred, new RateLimit(99, 60))).isFalse();
    assertThat(RateLimit.widens(null, hundred)).isFalse();
    assertThat(RateLimit.widens(null, null)).isFalse();
  }

  @Test
  void isStoredInTheFormOfTheRest() throws JsonProcessingException {
    ObjectMapper json = new ObjectMapper();
    String written = json.writeValueAsString(new RateLimit(100, 60));
    assertThat(written).isEqualTo("{\"requests\":100,\"seconds\":60}");
    assertThat(json.readValue(written, RateLimit.class)).isEqualTo(new RateLimit(100, 60));
    assertThatThrownBy(() -> json.readValue("{\"requests\":0,\"seconds\":60}", RateLimit.class))
        .isInstanceOf(JsonProcessingException.class);
  }
}
