package dev.bulwark.statuslist;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.bulwark.options.MapScope;
import dev.bulwark.statuslist.store.IndexOrder;
import dev.bulwark.statuslist.store.RevokedBits;
import dev.bulwark.statuslist.store.StatusList;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** R8: a list is good for as long as it is known to be complete, and no longer. */
class ListClaimsTest {

  private static final String SECRET = "000102030405060708090a0b0c0d0e0f";
  private static final RevokedBits BITS =
      new RevokedBits(new StatusList("list", "realm", 1_800_000_900, SECRET), new int[0]);

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
