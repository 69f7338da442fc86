package dev.bulwark.apikey.manage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.bulwark.apikey.manage.ApiKeyException.Kind;
import dev.bulwark.apikey.store.ApiKeyEntity;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** K3, K6: how many keys an owner may have; the realm allows three. */
class KeyQuotaRulesTest {

  private static final int MAX_KEYS = 3;
  private static final long NOW = 1_000;

  private static final String KEYS = "No more than 3 API keys are allowed";
  private static final String STORED =
      "No more than 12 API keys are stored, expired ones included. Delete expired keys";
  private static final String ACCEPTED =
      "No more than 6 API keys are allowed, those included whose overlap is not over. ";
  private static final String ROTATED =
      "No more than 20 rotated API keys are stored. Rotate without an overlap";

  /**
   * The rows of an owner.
   *
   * @param good accepted, not rotated
   * @param expired not rotated
   * @param overlapping rotated, and still accepted
   * @param replaced rotated, and the overlap is over
   */
  private static List<ApiKeyEntity> rows(int good, int expired, int overlapping, int replaced) {
    List<ApiKeyEntity> rows = new ArrayList<>();
    for (int i = 0; i < good; i++) {
      rows.add(row(i % 2 == 0 ? null : Long.valueOf(NOW + 1), false));
    }
    for (int i = 0; i < expired; i++) {
      rows.add(row(NOW, false));
    }
    for (int i = 0; i < overlapping; i++) {
      rows.add(row(NOW + 1, true));
    }
    for (int i = 0; i < replaced; i++) {
      rows.add(row(NOW, true));
    }
    return rows;
  }

  private static ApiKeyEntity row(@Nullable Long end, boolean rotated) {
    ApiKeyEntity row = new ApiKeyEntity();
    row.setEndsAt(end);
    row.setRetired(rotated);
    return row;
  }

  private static KeyQuotaRules quota(List<ApiKeyEntity> rows) {
    return new KeyQuotaRules(rows, MAX_KEYS, NOW, List::size);
  }

  private static void check(
      KeyQuotaRules quota, Consumer<KeyQuotaRules> require, @Nullable String message) {
    if (message == null) {
      assertThatCode(() -> require.accept(quota)).doesNotThrowAnyException();
    } else {
      Kind kind = message.equals(STORED) ? Kind.STORED_LIMIT_EXCEEDED : Kind.LIMIT_EXCEEDED;
      assertThatThrownBy(() -> require.accept(quota))
          .isInstanceOfSatisfying(ApiKeyException.class, e -> assertThat(e.kind()).isEqualTo(kind))
          .hasMessage(message);
    }
  }

  @ParameterizedTest
  @CsvSource({
    // good, expired, overlapping, replaced: room for a new one, for an imported one
    "0, 0,  0,  0,  true,  true",
    "2, 9,  99, 99, true,  true",
    "3, 0,  0,  0,  false, false",
    "4, 0,  0,  0,  false, false",
    "2, 10, 0,  0,  false, true",
    "0, 12, 0,  0,  false, true",
    "0, 11, 0,  99, true,  true",
  })
  void aNewKeyAndAnImportedOne(
      int good, int expired, int overlapping, int replaced, boolean forNew, boolean forImported) {
    KeyQuotaRules quota = quota(rows(good, expired, overlapping, replaced));
    check(quota, KeyQuotaRules::requireForImported, forImported ? null : KEYS);
    check(quota, KeyQuotaRules::requireForNew, forNew ? null : forImported ? STORED : KEYS);
  }

  @ParameterizedTest
  @CsvSource({
    // good, expired, overlapping, replaced: room for an overlap
    "3, 99, 0,  0,  true",
    "3, 0,  2,  17, true",
    "3, 0,  3,  0,  false",
    "6, 0,  0,  0,  false",
    "0, 0,  6,  0,  false",
  })
  void aRotationWithAnOverlap(
      int good, int expired, int overlapping, int replaced, boolean hasRoom) {
    check(
        quota(rows(good, expired, overlapping, replaced)),
        KeyQuotaRules::requireForOverlap,
        hasRoom ? null : ACCEPTED + "Rotate without an overlap");
  }

  @Test
  void rotatedKeysThatAreStoredAreBounded() {
    check(quota(rows(3, 0, 1, 18)), KeyQuotaRules::requireForOverlap, null);
    check(quota(rows(3, 0, 1, 19)), KeyQuotaRules::requireForOverlap, ROTATED);
    // With many keys of an owner, there are more of them.
    KeyQuotaRules larger = new KeyQuotaRules(rows(6, 0, 0, 23), 6, NOW, List::size);
    check(larger, KeyQuotaRules::requireForOverlap, null);
    KeyQuotaRules full = new KeyQuotaRules(rows(6, 0, 0, 24), 6, NOW, List::size);
    check(full, KeyQuotaRules::requireForOverlap, ROTATED.replace("20", "24"));
  }

  @ParameterizedTest
  @CsvSource({
    // good, overlapping: room for an ended key that was not rotated, for one that was
    "2, 3, true,  true",
    "2, 4, true,  false",
    "3, 2, false, true",
    "3, 3, false, false",
  })
  void aKeyThatGetsALaterEnd(int good, int overlapping, boolean forKey, boolean forRotated) {
    KeyQuotaRules quota = quota(rows(good, 1, overlapping, 1));
    check(quota, some -> some.requireForLaterEnd(false), forKey ? null : KEYS);
    check(
        quota,
        some -> some.requireForLaterEnd(true),
        forRotated ? null : ACCEPTED + "Use the key that replaced this one");
  }

  /** Keycloak's own deletion of a credential leaves the row, which takes no room then. */
  @Test
  void aRowWithoutAKeyTakesNoRoom() {
    List<ApiKeyEntity> rows = rows(4, 0, 0, 0);
    check(new KeyQuotaRules(rows, MAX_KEYS, NOW, counted -> 2), KeyQuotaRules::requireForNew, null);
    check(new KeyQuotaRules(rows, MAX_KEYS, NOW, counted -> 3), KeyQuotaRules::requireForNew, KEYS);
  }

  /** It is a query of the database. */
  @Test
  void keysAreLookedForOnlyWhereALimitIsNear() {
    KeyQuotaRules quota =
        new KeyQuotaRules(
            rows(2, 0, 0, 0),
            MAX_KEYS,
            NOW,
            counted -> {
              throw new IllegalStateException("asked for " + counted.size());
            });
    check(quota, KeyQuotaRules::requireForNew, null);
    check(quota, KeyQuotaRules::requireForOverlap, null);
  }
}
