package dev.bulwark.limit.address;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** L1, K5: IPv6 by /64, IPv4 in every spelling, networks. */
class AddressTest {

  @ParameterizedTest
  @CsvSource({
    "192.0.2.1, 192.0.2.1",
    "' 192.0.2.1 ', 192.0.2.1",
    "::ffff:192.0.2.1, 192.0.2.1",
    "::ffff:c000:201, 192.0.2.1",
    "[::ffff:192.0.2.1], 192.0.2.1",
    "64:ff9b::192.0.2.1, 192.0.2.1",
    "64:ff9b::c000:201, 192.0.2.1",
    "64:ff9b:1::c000:201, 0064ff9b00010000_64",
    "2001:db8:1:2::1, 20010db800010002_64",
    "2001:DB8:1:2:ffff:ffff:ffff:ffff, 20010db800010002_64",
    "[2001:db8:1:2::99], 20010db800010002_64",
    "2001:db8:1:2::1%eth0, 20010db800010002_64",
    "2001:db8:1:3::1, 20010db800010003_64",
    "::1, 0000000000000000_64",
    "'', unknown",
  })
  void buckets(String address, String bucket) {
    assertThat(ClientAddress.bucket(address)).isEqualTo(bucket);
  }

  @Test
  void noAddressIsABucketToo() {
    assertThat(ClientAddress.bucket(null)).isEqualTo("unknown");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"localhost", "example.org", "1.2.3", "1.2.3.256", "0x7f.1", "a\nb", "{}", "*"})
  void otherTextStandsForItselfAndIsNeverLookedUp(String text) {
    String bucket = ClientAddress.bucket(text);
    assertThat(bucket).matches("x[0-9a-f]{32}").isEqualTo(ClientAddress.bucket(text));
    assertThat(bucket).isNotEqualTo(ClientAddress.bucket(text + "x"));
  }

  @ParameterizedTest
  @CsvSource({
    "127.0.0.0/8, 127.1.2.3, true",
    "127.0.0.0/8, 128.0.0.1, false",
    "127.0.0.0/8, ::ffff:127.0.0.1, true",
    "127.0.0.0/8, 64:ff9b::7f00:1, false",
    "::1/128, ::1, true",
    "::1/128, 0:0:0:0:0:0:0:1, true",
    "::1, ::2, false",
    "10.1.2.3, 10.1.2.3, true",
    "10.1.2.3, 10.1.2.4, false",
    "2001:db8::/32, 2001:db8:ffff::1, true",
    "2001:db8::/32, 2001:db9::1, false",
    "0.0.0.0/0, 203.0.113.9, true",
    "0.0.0.0/0, 2001:db8::1, false",
    "::/0, 203.0.113.9, false",
    "10.0.0.0/9, 10.128.0.0, false",
    "10.0.0.0/8, example.org, false",
    "10.0.0.0/8, '', false",
    "192.168.1.0/25, 192.168.1.127, true",
    "192.168.1.0/25, 192.168.1.128, false",
    "127.0.0.1, localhost, false",
  })
  void networks(String network, String address, boolean contained) {
    assertThat(Network.parse(network).contains(address)).isEqualTo(contained);
  }

  @ParameterizedTest
  @CsvSource({
    "2001:db8:1:2::1, 20010db80001_48",
    "' 2001:db8:1:ffff::1 ', 20010db80001_48",
    "[2001:db8:2::1], 20010db80002_48",
    "192.0.2.1,",
    "::ffff:192.0.2.1,",
    "64:ff9b::192.0.2.1,",
    "example.org,",
    "'',",
    ",",
  })
  void sitesOfIpv6(@Nullable String address, @Nullable String site) {
    assertThat(ClientAddress.network(address)).isEqualTo(site);
  }

  @Test
  void textsOfTwoDomainsNeverShareAName() {
    assertThat(Digest.of("user", "alice"))
        .matches("[0-9a-f]{32}")
        .isEqualTo(Digest.of("user", "alice"))
        .isNotEqualTo(Digest.of("name", "alice"))
        .isNotEqualTo(Digest.of("usera", "lice"))
        .isNotEqualTo(Digest.of("use", "ralice"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"10.0.0.0/8", "10.0.0.0/32", "10.0.0.1", "::1/128", "::/0", "[::1]/64"})
  void aNetworkIsWrittenAsItWasRead(String text) {
    assertThat(Network.parse(text)).hasToString(text);
  }

  @Test
  void noAddressIsInNoNetwork() {
    assertThat(Network.parse("0.0.0.0/0").contains(null)).isFalse();
  }

  @Test
  void lists() {
    assertThat(Network.parseList("127.0.0.0/8, ::1/128,")).hasSize(2);
    assertThat(Network.parseList(" ")).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "localhost",
        "/8",
        "10.0.0.0/33",
        "::1/129",
        "10.0.0.0/",
        "10.0.0.0/-1",
        "10/8",
        "10.0.0/8",
        "a.b.c.d",
        "999.1.1.1",
        "::x"
      })
  void noNetworks(String text) {
    assertThatThrownBy(() -> Network.parse(text)).isInstanceOf(IllegalArgumentException.class);
  }
}
