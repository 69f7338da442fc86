package dev.bulwark.ratelimit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bulwark.limit.LimitKeys;
import dev.bulwark.limit.Limits;
import dev.bulwark.limit.Scope;
import dev.bulwark.limit.Window;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** L1, L2: which windows count an attempt. */
class AttemptPoolsTest {

  private static final LoginRateLimiterConfig.Known KNOWN =
      new LoginRateLimiterConfig.Known(5, 20, 90, 7);

  private static AttemptPools pools(@Nullable String address) {
    Limits limits = new Limits(5, 10, Duration.ofMinutes(1));
    return new AttemptPools(
        new LimitKeys("r"), new RealmRules(limits, limits, true, 100, 5, 5), KNOWN, address);
  }

  private static List<Scope> scopes(AttemptPools.Counted counted) {
    return counted.pool().windows().stream().map(Window::scope).toList();
  }

  @Test
  void aStrangerCountsAtAddressNetworkAndAccount() {
    List<AttemptPools.Counted> pools = pools("2001:db8:1:2::3").of("account", null);
    assertThat(pools).hasSize(1);
    assertThat(scopes(pools.get(0))).containsExactly(Scope.ADDRESS, Scope.NETWORK, Scope.ACCOUNT);
    assertThat(scopes(pools("192.0.2.1").of("account", null).get(0)))
        .containsExactly(Scope.ADDRESS, Scope.ACCOUNT);
    assertThat(scopes(pools("192.0.2.1").of(null, null).get(0))).containsExactly(Scope.ADDRESS);
  }

  /** M3: any page can have its visitors' browsers send codes. */
  @Test
  void userCodesCountAtWindowsOfTheirOwn() {
    List<Window> codes = pools("2001:db8:1:2::3").ofUserCodes();
    assertThat(codes).extracting(Window::scope).containsExactly(Scope.ADDRESS, Scope.NETWORK);
    List<String> ofLogins = pools("2001:db8:1:2::3").ofAddress().stream().map(Window::key).toList();
    assertThat(codes).extracting(Window::key).doesNotContainAnyElementsOf(ofLogins);
    assertThat(pools("192.0.2.1").ofUserCodes())
        .extracting(Window::scope)
        .containsExactly(Scope.ADDRESS);
  }

  /** N4: with the cookie nobody is worse off than without. */
  @Test
  void aKnownDeviceCountsByItselfAndThenAsWithoutTheCookie() {
    List<AttemptPools.Counted> pools =
        pools("192.0.2.1").of("account", new AttemptPools.KnownUser("u", "s", "device"));
    assertThat(pools)
        .extracting(AttemptPools.Counted::kind)
        .containsExactly(CallerKind.KNOWN_DEVICE, CallerKind.KNOWN_ADDRESS, CallerKind.STRANGER);
    assertThat(scopes(pools.get(0))).containsExactly(Scope.DEVICE, Scope.DEVICE);
    assertThat(pools.get(0).pool().mark()).isNull();
    assertThat(pools.subList(1, 3))
        .isEqualTo(pools("192.0.2.1").of("account", new AttemptPools.KnownUser("u", "s", null)));
    assertThat(scopes(pools.get(2))).containsExactly(Scope.ADDRESS, Scope.ACCOUNT);
  }

  @Test
  void aKnownAddressKeepsItsWindowAndLosesThatOfTheAccount() {
    List<AttemptPools.Counted> pools =
        pools("192.0.2.1").of("account", new AttemptPools.KnownUser("u", "s", null));
    // The second is that of its failures.
    assertThat(scopes(pools.get(0))).containsExactly(Scope.ADDRESS, Scope.ACCOUNT);
    assertThat(pools.get(0).pool().windows())
        .doesNotContainAnyElementsOf(pools("192.0.2.1").ofAccount("account"));
    assertThat(pools.get(0).pool().mark()).isEqualTo(pools("192.0.2.1").mark("u", "s"));
    assertThat(pools("192.0.2.1").mark("u", "s"))
        .isNotEqualTo(pools("192.0.2.2").mark("u", "s"))
        .isNotEqualTo(pools("192.0.2.1").mark("u", "another password"))
        .isNotEqualTo(pools("192.0.2.1").mark("v", "s"))
        .isEqualTo(pools("::ffff:192.0.2.1").mark("u", "s"));
  }

  /** Whatever its form, an IPv6 address is of its /64 and its /48. */
  @Test
  void formsOfAnAddressAreOneAddress() {
    List<Window> plain = pools("2001:db8:1:2::3").ofAddress();
    for (String form :
        List.of(
            "2001:DB8:1:2:0:0:0:3",
            "[2001:db8:1:2::3]",
            "2001:db8:1:2::3%eth0",
            " 2001:0db8:0001:0002:ffff:ffff:ffff:ffff ")) {
      assertThat(pools(form).ofAddress()).as(form).isEqualTo(plain);
    }
    List<Window> neighbour = pools("2001:db8:1:3::3").ofAddress();
    assertThat(neighbour.get(0)).isNotEqualTo(plain.get(0));
    assertThat(neighbour.get(1)).isEqualTo(plain.get(1));
    assertThat(pools("2001:db8:2:2::3").ofAddress().get(1)).isNotEqualTo(plain.get(1));
  }
}
