package dev.bulwark.ratelimit;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** L1. */
class SharedAddressWatchTest {

  private final List<String> warned = new ArrayList<>();
  private final SharedAddressWatch watch = new SharedAddressWatch(true, warned::add);

  @ParameterizedTest
  @CsvSource({
    "10.1.2.3,true",
    "172.16.0.1,true",
    "172.32.0.1,false",
    "192.168.7.7,true",
    "100.64.0.9,true",
    "127.0.0.1,true",
    "::1,true",
    "fd00::7,true",
    "fe80::7,true",
    "203.0.113.7,false",
    "2001:db8::7,false",
    "unknown,false"
  })
  void manyNamesFromAPrivateAddressAreToldOnce(String address, boolean isPrivate) {
    for (int i = 0; i < SharedAddressWatch.NAMES - 1; i++) {
      watch.note(address, "user-" + i);
      watch.note(address, "user-" + i);
    }
    assertThat(warned).isEmpty();
    for (int i = 0; i < SharedAddressWatch.NAMES; i++) {
      watch.note(address, "more-" + i);
    }
    assertThat(warned).isEqualTo(isPrivate ? List.of(address) : List.of());
  }

  @Test
  void peopleOfANetworkAreNoProxy() {
    for (int i = 0; i < 1_000; i++) {
      watch.note("10.0.0." + i % 250, "user-" + i);
    }
    assertThat(warned).isEmpty();
  }

  @Test
  void nothingIsWatchedWhereTheProxyIsKnown() {
    SharedAddressWatch none = new SharedAddressWatch(false, warned::add);
    for (int i = 0; i < 1_000; i++) {
      none.note("10.0.0.1", "user-" + i);
    }
    assertThat(warned).isEmpty();
  }

  @Test
  void anAttemptWithoutNameOrAddressIsNone() {
    watch.note(null, "ann");
    watch.note("10.0.0.1", null);
    assertThat(warned).isEmpty();
  }
}
