package dev.bulwark.apikey.manage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.bulwark.apikey.key.ApiKeyData;
import dev.bulwark.apikey.key.limit.KeyLife;
import dev.bulwark.apikey.key.limit.RateLimit;
import dev.bulwark.apikey.manage.ApiKeyException.Kind;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** K6: a rotation puts a new key in the place of one that is good, for an overlap. */
class RotationRulesTest {

  private static final long NOW = 1_000_000;

  private static ApiKeyData key(@Nullable Long expiresAt) {
    return ApiKeyData.builder()
        .name("ci")
        .prefix("atk_012345")
        .scopes(List.of("a", "b"))
        .expiresAt(expiresAt)
        .rateLimit(new RateLimit(1, 2))
        .build();
  }

  @ParameterizedTest
  @ValueSource(longs = {0, 1, 3_600})
  void anOverlapWithinTheLimit(long seconds) {
    assertThatCode(() -> RotationRules.requireOverlap(seconds, 3_600)).doesNotThrowAnyException();
  }

  @ParameterizedTest
  @ValueSource(longs = {-1, 3_601, Long.MAX_VALUE, Long.MIN_VALUE})
  void anotherOverlapIsRejected(long seconds) {
    assertThatThrownBy(() -> RotationRules.requireOverlap(seconds, 3_600))
        .isInstanceOfSatisfying(
            ApiKeyException.class, e -> assertThat(e.kind()).isEqualTo(Kind.INVALID_REQUEST))
        .hasMessage("overlapSeconds must be 0 to 3600");
  }

  @ParameterizedTest
  @CsvSource({
    // active, end, end of an overlap, what is wrong
    "true,  ,        ,        ",
    "true,  1000001, ,        ",
    "true,  1000000, ,        'Only an active, unexpired key can be rotated'",
    "false, ,        ,        'Only an active, unexpired key can be rotated'",
    "true,  ,        1000001, The key was rotated already",
    "true,  ,        1000000, The key was rotated already",
    "false, 1000000, 1000000, The key was rotated already",
  })
  void onlyAGoodKeyIsRotated(
      boolean active, @Nullable Long end, @Nullable Long overlap, @Nullable String wrong) {
    ApiKeyData old = key(end).toBuilder().active(active).graceUntil(overlap).build();
    if (wrong == null) {
      assertThatCode(() -> RotationRules.requireRotatable(old, NOW)).doesNotThrowAnyException();
    } else {
      assertThatThrownBy(() -> RotationRules.requireRotatable(old, NOW))
          .isInstanceOfSatisfying(
              ApiKeyException.class, e -> assertThat(e.kind()).isEqualTo(Kind.CONFLICT))
          .hasMessage(wrong);
    }
  }

  @Test
  void theNewKeyIsTheOldOneWithoutLostScopes() {
    ApiKeyData old = key(2_000_000L).withTokensFrom(5);
    assertThat(RotationRules.successor(old, Set.of("b", "c"), new KeyLife(0), NOW))
        .isEqualTo(key(2_000_000L).toBuilder().scopes(List.of("b")).build());
  }

  @Test
  void theNewKeyEndsWithinTheLifeThatTheRealmAllows() {
    long day = 86_400_000;
    assertThat(RotationRules.successor(key(null), Set.of(), new KeyLife(1), NOW).expiresAt())
        .isEqualTo(NOW + day);
  }

  @Test
  void theOldKeyKnowsTheNewOneAndTheEndOfTheOverlap() {
    assertThat(RotationRules.retired(key(null), "next", 30, NOW))
        .isEqualTo(key(null).rotated(1_030_000, "next"));
  }

  @ParameterizedTest
  @CsvSource({
    // overlap in seconds, end of the old key, when its tokens end; a token lives up to 300 s
    "0,    ,        1000000",
    "299,  ,        1299000",
    "300,  ,        ",
    "3600, ,        ",
    "299,  1200000, 1200000",
    "3600, 1200000, 1200000",
    "3600, 1299999, 1299999",
    "3600, 1300000, ",
  })
  void tokensEndWithTheOldKey(long overlap, @Nullable Long end, @Nullable Long tokensEnd) {
    ApiKeyData retired = RotationRules.retired(key(end), "next", overlap, NOW);
    assertThat(RotationRules.tokensEnd(retired, 300, NOW)).isEqualTo(tokensEnd);
  }

  @Test
  void tokensOfAKeyWithoutAnEndHaveNone() {
    assertThat(RotationRules.tokensEnd(key(null), 300, NOW)).isNull();
  }
}
