package dev.bulwark.revocation.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bulwark.revocation.rules.LedgerToken;
import dev.bulwark.revocation.rules.SessionType;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** R7: which tokens share a row of the ledger, and that none is lost by it. */
class TokenRowTest {

  private static final long NOW = 2_000_000_000;

  private static LedgerToken token(
      String jti, String user, String client, @Nullable String session, @Nullable String key) {
    return new LedgerToken(
        jti, SessionType.TRANSIENT, "r", user, client, session, key, NOW, NOW + 300, 1L, 2L);
  }

  private static LedgerToken service(String jti) {
    return token(jti, "u", "c", null, null);
  }

  private static List<LedgerToken> tokens(List<TokenRow> rows) {
    return rows.stream().flatMap(row -> row.tokens().stream()).toList();
  }

  @Test
  void tokensThatDifferByTheirIdAloneShareARow() {
    List<TokenRow> rows = TokenRow.shared(List.of(service("b"), service("c"), service("a")));
    assertThat(rows).containsExactly(new TokenRow(service("c"), "a b"));
    assertThat(rows.get(0).isShared()).isTrue();
    assertThat(rows.get(0).tokens()).containsExactly(service("a"), service("b"), service("c"));
  }

  @Test
  void aTokenAloneHasARowAsBefore() {
    assertThat(TokenRow.shared(List.of(service("a"))))
        .containsExactly(new TokenRow(service("a"), null))
        .noneMatch(TokenRow::isShared);
    assertThat(TokenRow.shared(List.of())).isEmpty();
    assertThat(TokenRow.single(List.of(service("b"), service("a"))))
        .containsExactly(new TokenRow(service("b"), null), new TokenRow(service("a"), null));
  }

  @ParameterizedTest
  @CsvSource({"u, c, s,", "u, c, , k", "other, c, ,", "u, other, ,"})
  void othersDoNot(String user, String client, @Nullable String session, @Nullable String key) {
    LedgerToken other = token("b", user, client, session, key);
    assertThat(TokenRow.shared(List.of(service("a"), other)))
        .hasSize(2)
        .noneMatch(TokenRow::isShared);
  }

  @Test
  void tokensOfOneSessionDoNotShareARow() {
    assertThat(
            TokenRow.shared(
                List.of(token("a", "u", "c", "s", null), token("b", "u", "c", "s", null))))
        .noneMatch(TokenRow::isShared);
  }

  @Test
  void anIdWithABlankSharesNone() {
    assertThat(TokenRow.shared(List.of(service("a b"), service("a c"))))
        .noneMatch(TokenRow::isShared);
  }

  @Test
  void anotherExpiryIsAnotherRow() {
    LedgerToken later =
        new LedgerToken(
            "b", SessionType.TRANSIENT, "r", "u", "c", null, null, NOW, NOW + 301, 1L, 2L);
    assertThat(TokenRow.shared(List.of(service("a"), later))).noneMatch(TokenRow::isShared);
  }

  /** Whatever comes in goes out again, and no column overflows. */
  @Test
  void noTokenIsLostOrDoubled() {
    Random random = new Random(7);
    for (int round = 0; round < 300; round++) {
      List<LedgerToken> issued = new ArrayList<>();
      int count = random.nextInt(300);
      for (int i = 0; i < count; i++) {
        String jti = "x".repeat(random.nextInt(1 + round % 200)) + new UUID(round, i);
        issued.add(
            token(
                jti,
                "u" + random.nextInt(3),
                "c",
                random.nextInt(4) == 0 ? "s" : null,
                random.nextInt(4) == 0 ? "k" : null));
      }
      Collections.shuffle(issued, random);
      List<TokenRow> rows = TokenRow.shared(issued);
      assertThat(tokens(rows)).containsExactlyInAnyOrderElementsOf(issued);
      for (TokenRow row : rows) {
        if (row.others() != null) {
          assertThat(row.others().length()).isLessThanOrEqualTo(TokenRow.MAX_OTHERS);
        }
        assertThat(row.tokens()).extracting(LedgerToken::jti).isSorted();
        assertThat(row.tokens().get(row.tokens().size() - 1)).isEqualTo(row.token());
      }
    }
  }
}
