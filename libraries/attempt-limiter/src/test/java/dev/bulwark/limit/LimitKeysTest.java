package dev.bulwark.limit;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import redis.clients.jedis.util.JedisClusterCRC16;

class LimitKeysTest {

  @ParameterizedTest
  @ValueSource(
      strings = {"master", "7b0c4b51-0d0e-4a43-9a3e-0f4a4d3c2b1a", "a}b{c", "", "ä", "a b"})
  void keysOfARealmShareASlot(String realm) {
    LimitKeys keys = new LimitKeys(realm);
    List<String> all =
        List.of(
            keys.ofAddress("192.0.2.1"),
            keys.ofUser("1"),
            keys.ofName("alice"),
            keys.ofClientsAddress("192.0.2.1"),
            keys.ofClient("192.0.2.1", "app"),
            keys.ofApiKeys("192.0.2.1"),
            keys.ofNetwork("20010db80001_48"),
            keys.ofUserCodes("192.0.2.1"),
            keys.ofDevice("1", "d"),
            keys.ofDeviceFailures("1", "d"),
            keys.ofKnownAddress("1", "s", "192.0.2.1"),
            keys.ofKnownAddressFailures("1", "192.0.2.1"));
    Set<Integer> slots = new HashSet<>();
    all.forEach(key -> slots.add(JedisClusterCRC16.getSlot("prefix:" + key)));
    assertThat(slots).hasSize(1);
    assertThat(all).allSatisfy(key -> assertThat(key).matches("[\\x21-\\x7e]{1,140}"));
  }

  @Test
  void nothingSharesAKeyWithAnother() {
    LimitKeys app = new LimitKeys("app");
    LimitKeys other = new LimitKeys("other");
    assertThat(
            Set.of(
                app.ofUser("alice"),
                app.ofName("alice"),
                app.ofName("alicе"), // the last letter is Cyrillic
                app.ofAddress("alice"),
                app.ofClientsAddress("alice"),
                app.ofClient("alice", "app"),
                app.ofClient("alice", "other"),
                app.ofClient("bob", "app"),
                app.ofApiKeys("alice"),
                app.ofApiKeyRequests("alice"),
                app.ofApiKeyRequests("a}b{c"),
                other.ofApiKeyRequests("alice"),
                app.ofApiKeyOwner("user", "alice"),
                app.ofApiKeyOwner("client", "alice"),
                app.ofNewApiKeys("user", "alice"),
                other.ofApiKeyOwner("user", "alice"),
                app.ofNetwork("alice"),
                app.ofUserCodes("alice"),
                app.ofDevice("alice", "d"),
                app.ofDevice("alice", "e"),
                app.ofDevice("bob", "d"),
                app.ofDeviceFailures("alice", "d"),
                app.ofDeviceFailures("alice", "e"),
                app.ofKnownAddress("alice", "s", "home"),
                app.ofKnownAddress("alice", "t", "home"),
                app.ofKnownAddress("alice", "s", "work"),
                app.ofKnownAddressFailures("alice", "home"),
                app.ofKnownAddressFailures("alice", "work"),
                other.ofDevice("alice", "d"),
                other.ofKnownAddress("alice", "s", "home"),
                other.ofUser("alice"),
                other.ofName("alice"),
                other.ofAddress("alice")))
        .hasSize(33);
  }

  /** One script uses one of them, so they need no common slot. */
  @Test
  void requestsOfAKeyHaveASlotOfTheirOwn() {
    LimitKeys keys = new LimitKeys("app");
    assertThat(keys.ofApiKeyRequests("1")).isEqualTo("limit:{app:1}:q");
    assertThat(JedisClusterCRC16.getSlot(keys.ofApiKeyRequests("1")))
        .isNotEqualTo(JedisClusterCRC16.getSlot(keys.ofApiKeyRequests("2")));
  }

  @Test
  void requestsOfAnOwnerHaveASlotOfTheirOwn() {
    LimitKeys keys = new LimitKeys("app");
    assertThat(keys.ofApiKeyOwner("user", "1")).matches("limit:\\{app:[0-9a-f]{32}}:o");
    assertThat(keys.ofNewApiKeys("user", "1")).isEqualTo(keys.ofApiKeyOwner("user", "1") + "n");
    assertThat(JedisClusterCRC16.getSlot(keys.ofApiKeyOwner("user", "1")))
        .isNotEqualTo(JedisClusterCRC16.getSlot(keys.ofApiKeyOwner("user", "2")));
  }

  @Test
  void holdsNoNameInClear() {
    assertThat(new LimitKeys("app").ofName("alice@example.org")).doesNotContain("alice");
    assertThat(new LimitKeys("app").ofName("x".repeat(1_000_000))).hasSizeLessThan(64);
    assertThat(new LimitKeys("app").ofApiKeyOwner("user", "f:store:alice")).doesNotContain("alice");
  }
}
