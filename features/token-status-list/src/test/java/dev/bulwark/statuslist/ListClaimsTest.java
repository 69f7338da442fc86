package dev.bulwark.statuslist;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.bulwark.statuslist.store.IndexOrder;
import dev.bulwark.statuslist.store.RevokedBits;
import dev.bulwark.statuslist.store.StatusList;
import dev.bulwark.testing.MapScope;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** R8: a list is good for as long as it is known to be complete, and no longer. */
class ListClaimsTest {

  private static final String SECRET = "000102030405060708090a0b0c0d0e0f";
  private static final RevokedBits BITS =
      new RevokedBits(new StatusList("list", "realm", 1_800_000_900, SECRET), new int[0], 1);

  private static ListClaims claims(String... options) {
    return ListClaims.of(TokenStatusConfig.of(MapScope.of(options)));
  }

  @Test
  void expIsBoundToCompleteness() {
    ListClaims claims = claims();
    long issuedAt = claims.issuedAt(1_800_000_019_999L);
    assertThat(issuedAt).isEqualTo(1_800_000_010);
    assertThat(claims.issuedAt(1_800_000_010_000L)).isEqualTo(issuedAt);
    assertThat(claims.issuedAt(1_800_000_020_000L)).isEqualTo(1_800_000_020);
    assertThat(claims.expiresAt(issuedAt)).isEqualTo(1_800_000_040);
  }

  @Test
  void everyNodeMakesTheSame() {
    IndexOrder order = new IndexOrder(SECRET);
    Map<String, Object> one =
        claims().of(BITS, order, "issuer", "issuer/list", null, 1_800_000_010);
    assertThat(claims().of(BITS, order, "issuer", "issuer/list", null, 1_800_000_010))
        .isEqualTo(one);
    assertThat(one).containsEntry("sub", "issuer/list").containsEntry("ttl", 2L);
    assertThat(one).containsEntry("exp", 1_800_000_040L);
    assertThat(String.valueOf(one.get("status_list"))).doesNotContain("aggregation_uri");
    assertThat(
            String.valueOf(
                claims()
                    .of(BITS, order, "issuer", "issuer/list", "all", 1_800_000_010)
                    .get("status_list")))
        .contains("aggregation_uri=all");
  }

  /** A cache on the way must not serve what an application may not rely on any more. */
  @Test
  void aCacheKeepsAListForItsTtlAndNotBeyondItsExpiry() {
    ListClaims claims = claims("list-life", "30", "ttl", "10");
    assertThat(claims.maxAge(1_800_000_000, 1_800_000_000_000L)).isEqualTo(10);
    assertThat(claims.maxAge(1_800_000_000, 1_800_000_020_000L)).isEqualTo(10);
    assertThat(claims.maxAge(1_800_000_000, 1_800_000_020_001L)).isEqualTo(9);
    assertThat(claims.maxAge(1_800_000_000, 1_800_000_029_999L)).isZero();
    assertThat(claims.maxAge(1_800_000_000, 1_800_000_031_000L)).isZero();
  }

  /** An application that asks after its {@code ttl} would find an expired list in its hands. */
  @ParameterizedTest
  @CsvSource({"30, 60", "30, 11", "6, 3", "3600, 300", "30, 10", "7, 2"})
  void anApplicationAsksAgainThreeTimesInTheLifeOfAList(int life, int ttl) {
    String[] options = {"list-life", Integer.toString(life), "ttl", Integer.toString(ttl)};
    if (3 * ttl <= life) {
      assertThat(claims(options).expiresAt(0)).isEqualTo(life);
    } else {
      assertThatThrownBy(() -> claims(options))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage(
              "Option spi-realm-restapi-extension--token-status--ttl must be at most a third of"
                  + " spi-realm-restapi-extension--token-status--list-life (%d s), is %d",
              life, ttl);
    }
  }

  @Test
  void theOptionsHaveRanges() {
    assertThat(claims("list-life", "6", "ttl", "1").expiresAt(10)).isEqualTo(16);
    for (String[] wrong :
        new String[][] {{"list-life", "5"}, {"window", "59"}, {"ttl", "0"}, {"aggregation", "x"}}) {
      assertThatThrownBy(() -> claims(wrong))
          .hasMessageContaining("spi-realm-restapi-extension--token-status--" + wrong[0]);
    }
  }
}
