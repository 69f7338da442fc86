package dev.bulwark.backchannel.delivery;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.bulwark.limit.address.Network;
import java.net.URI;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.keycloak.common.enums.SslRequired;

class ReceiverNetworksTest {

  private static final ReceiverNetworks ANY = new ReceiverNetworks(List.of());

  @ParameterizedTest
  @ValueSource(
      strings = {
        "https://192.0.2.1/",
        "https://10.0.0.1/",
        "https://127.0.0.1/",
        "https://[::1]/",
        "https://[64:ff9b::192.0.2.1]/",
        "https://[64:ff9b::a00:1]/",
        "https://[2001:db8::1]/"
      })
  void addressesThatAreCalled(String url) {
    assertThatCode(() -> ANY.addresses(URI.create(url), SslRequired.ALL))
        .doesNotThrowAnyException();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "https://169.254.169.254/latest/meta-data/",
        "https://[::ffff:169.254.169.254]/",
        "https://2852039166/",
        "https://[fe80::1]/",
        "https://[fd00:ec2::254]/",
        "https://100.100.100.200/",
        "https://168.63.129.16/",
        "https://0.0.0.0/",
        "https://0.1.2.3/",
        "https://[::]/",
        "https://224.0.0.1/",
        "https://[ff02::1]/",
        "https://255.255.255.255/",
        "https://[64:ff9b::169.254.169.254]/",
        "https://[64:ff9b::a9fe:a9fe]/",
        "https://[64:ff9b::100.100.100.200]/",
        "https://[64:ff9b::224.0.0.1]/",
        "https://[64:ff9b::]/"
      })
  void addressesThatAreNotCalled(String url) {
    assertThatThrownBy(() -> ANY.addresses(URI.create(url), SslRequired.NONE))
        .isInstanceOf(ReceiverNetworks.RejectedException.class)
        .hasMessageContaining("is not allowed");
  }

  @Test
  void theAllowedNetworksAlone() {
    ReceiverNetworks networks =
        new ReceiverNetworks(List.of(Network.parse("10.0.0.0/8"), Network.parse("2001:db8::/32")));
    assertThatCode(
            () -> {
              networks.addresses(URI.create("https://10.1.2.3/"), SslRequired.ALL);
              networks.addresses(URI.create("https://[2001:db8::7]/"), SslRequired.ALL);
            })
        .doesNotThrowAnyException();
    assertThatThrownBy(() -> networks.addresses(URI.create("https://192.0.2.1/"), SslRequired.ALL))
        .isInstanceOf(ReceiverNetworks.RejectedException.class);
  }

  @Test
  void httpAsTheRealmAllows() {
    URI near = URI.create("http://10.0.0.1/");
    URI far = URI.create("http://192.0.2.1/");
    assertThatCode(
            () -> {
              ANY.addresses(far, SslRequired.NONE);
              ANY.addresses(near, SslRequired.EXTERNAL);
            })
        .doesNotThrowAnyException();
    assertThatThrownBy(() -> ANY.addresses(far, SslRequired.EXTERNAL))
        .isInstanceOf(ReceiverNetworks.RejectedException.class)
        .hasMessageContaining("HTTPS");
    assertThatThrownBy(() -> ANY.addresses(near, SslRequired.ALL))
        .isInstanceOf(ReceiverNetworks.RejectedException.class);
  }
}
