package dev.bulwark.app.security.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.bulwark.app.settings.GatewaySettings;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.springframework.mock.web.MockHttpServletRequest;
import org.springframework.security.core.GrantedAuthority;

/** K5: what a gateway's headers say, and whose are believed. */
class GatewayKeyTest {

  @Test
  void theKeyOfAUser() {
    MockHttpServletRequest request = request("10.0.0.5");
    request.addHeader("X-Auth-Subject", "4f1c");
    request.addHeader("X-Auth-Username", "j%C3%BCrgen");
    request.addHeader("X-Auth-Scopes", "tasks:read tasks:write");
    GatewayKey key = GatewayKey.of(request);
    assertThat(key.getPrincipal()).isEqualTo(new Caller("4f1c", "jürgen"));
    assertThat(key.getName()).isEqualTo("4f1c");
    assertThat(key.getAuthorities())
        .extracting(GrantedAuthority::getAuthority)
        .containsExactly("SCOPE_tasks:read", "SCOPE_tasks:write");
  }

  @Test
  void theKeyOfAClientHasAnOwnerThatNoUserCanBe() {
    MockHttpServletRequest request = request("10.0.0.5");
    request.addHeader("X-Auth-Subject", "");
    request.addHeader("X-Auth-Client", "tasks-service");
    request.addHeader("X-Auth-Scopes", "");
    GatewayKey key = GatewayKey.of(request);
    assertThat(key.getName()).isEqualTo("client:tasks-service");
    assertThat(key.getAuthorities()).isEmpty();
  }

  @Test
  void aKeyOfNobodyIsNone() {
    assertThatThrownBy(() -> GatewayKey.of(request("10.0.0.5")))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void onlyTheNamedAddressesAreBelieved() {
    GatewayFilter filter = filter("10.0.0.5", "192.0.2.0/28", "2001:db8::7");
    for (String address : List.of("10.0.0.5", "192.0.2.14", "2001:db8::7")) {
      assertThat(filter.hasVerified(request(address))).as(address).isTrue();
    }
    for (String address : List.of("10.0.0.6", "192.0.2.16", "2001:db8::8", "127.0.0.1")) {
      assertThat(filter.hasVerified(request(address))).as(address).isFalse();
    }
    assertThat(filter().hasVerified(request("127.0.0.1"))).as("by default").isFalse();
  }

  @Test
  void aGatewayThatHasVerifiedNothingIsACallerLikeOthers() {
    MockHttpServletRequest request = new MockHttpServletRequest();
    request.setRemoteAddr("10.0.0.5");
    request.addHeader("X-Auth-Subject", "somebody");
    assertThat(filter("10.0.0.5").hasVerified(request)).isFalse();
    request.addHeader("X-Auth-Key-Id", "");
    assertThat(filter("10.0.0.5").hasVerified(request)).isFalse();
  }

  @Test
  void anAddressThatIsNoneStopsTheStart() {
    assertThatThrownBy(() -> filter("gateway.example.org"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("GATEWAY_ADDRESSES")
        .hasMessageContaining("gateway.example.org");
  }

  private static GatewayFilter filter(String... trusted) {
    return new GatewayFilter(new GatewaySettings(List.of(trusted)));
  }

  private static MockHttpServletRequest request(String address) {
    MockHttpServletRequest request = new MockHttpServletRequest();
    request.setRemoteAddr(address);
    request.addHeader("X-Auth-Key-Id", "key-1");
    return request;
  }
}
