package dev.bulwark.apikey.key;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bulwark.limit.address.ClientAddress;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class KeyNetworksTest {

  @ParameterizedTest
  @CsvSource({
    "192.0.2.17, 192.0.2.0_24",
    "192.0.2.200, 192.0.2.0_24",
    "::ffff:192.0.2.9, 192.0.2.0_24",
    "192.0.3.17, 192.0.3.0_24",
    "2001:db8:1:2::7, 20010db80001_48",
    "2001:db8:1:ffff:a:b:c:d, 20010db80001_48",
    "2001:db8:2::, 20010db80002_48"
  })
  void addressesOfOneNetworkAreOne(String address, String network) {
    assertThat(KeyNetworks.of(ClientAddress.bucket(address), ClientAddress.network(address)))
        .isEqualTo(network);
  }

  @Test
  void theFirstNetworkIsNoNews() {
    KeyNetworks none = KeyNetworks.read(null);
    assertThat(none.isNews("a")).isFalse();
    KeyNetworks one = none.with("a");
    assertThat(one.isNews("a")).isFalse();
    assertThat(one.isNews("b")).isTrue();
    assertThat(KeyNetworks.read(one.with("b").with("a").write()).known()).containsExactly("a", "b");
  }

  @Test
  void theOldestIsForgottenAndTheTextFitsItsColumn() {
    KeyNetworks networks = KeyNetworks.read(" ");
    for (int i = 0; i < 30; i++) {
      networks = networks.with(KeyNetworks.of("unknown", "20010db8%04x_48".formatted(i)));
    }
    assertThat(networks.known()).hasSize(KeyNetworks.MAX_NETWORKS);
    assertThat(networks.isNews("20010db80009_48")).isTrue();
    assertThat(networks.isNews("20010db8000a_48")).isFalse();
    // Text that is no address stands for itself, with 33 characters or more.
    for (int i = 0; i < 30; i++) {
      networks = networks.with(KeyNetworks.of(ClientAddress.bucket("host" + i), null));
    }
    assertThat(networks.write()).hasSizeLessThan(1000);
  }
}
