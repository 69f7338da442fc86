package dev.bulwark.apikey.manage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.bulwark.apikey.key.ApiKeyData;
import dev.bulwark.apikey.key.limit.AllowedNetworks;
import dev.bulwark.apikey.key.limit.KeyLife;
import dev.bulwark.apikey.manage.ApiKeyException.Kind;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** K3, K6: what a key may be when it is made or changed. Days count from 1970; now is day 50. */
class KeyRulesTest {

  private static final long DAY = 86_400_000;
  private static final long NOW = 50 * DAY;
  private static final Set<String> OF_OWNER = Set.of("a", "b", "c");

  private static final KeyRules WITHOUT_LIMIT = rules(0);

  private static KeyRules rules(int maxDays) {
    return new KeyRules(() -> new KeyLife(maxDays), () -> OF_OWNER, NOW);
  }

  private static ApiKeyData key() {
    return ApiKeyData.builder().name("ci").scopes(List.of("a", "b")).build();
  }

  private static @Nullable Long millis(@Nullable Long days) {
    return days == null ? null : Long.valueOf(days * DAY);
  }

  private static List<String> words(String text) {
    return text.isBlank() ? List.of() : Arrays.asList(text.split(" "));
  }

  @Test
  void aNewKeyHasATrimmedNameAndEachScopeOnce() {
    ApiKeyData chosen = key().toBuilder().name(" ci ").scopes(List.of("b", "a", "b")).build();
    assertThat(WITHOUT_LIMIT.checked(chosen))
        .isEqualTo(key().toBuilder().scopes(List.of("b", "a")).build());
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "  ", "a\tb"})
  void anotherNameIsRejected(String name) {
    ApiKeyData chosen = key().toBuilder().name(name).build();
    for (Runnable check :
        List.<Runnable>of(
            () -> WITHOUT_LIMIT.checked(chosen), () -> WITHOUT_LIMIT.changed(key(), 0, chosen))) {
      assertThatThrownBy(check::run)
          .isInstanceOfSatisfying(
              ApiKeyException.class, e -> assertThat(e.kind()).isEqualTo(Kind.INVALID_REQUEST))
          .hasMessage("name must be 1 to 100 characters without control or format characters");
    }
  }

  @ParameterizedTest
  @CsvSource({"a d, d", "e a d, e d", "d, d"})
  void scopesBeyondTheOwnersAreNamed(String asked, String excess) {
    ApiKeyData chosen = key().toBuilder().scopes(words(asked)).build();
    for (Runnable check :
        List.<Runnable>of(
            () -> WITHOUT_LIMIT.checked(chosen), () -> WITHOUT_LIMIT.changed(key(), 0, chosen))) {
      assertThatThrownBy(check::run)
          .isInstanceOfSatisfying(
              ApiKeyException.class, e -> assertThat(e.kind()).isEqualTo(Kind.INVALID_SCOPE))
          .hasMessage("The owner may not have these scopes: " + excess);
    }
  }

  @Test
  void fiftyScopesAreAllowed() {
    List<String> fifty = IntStream.range(0, 50).mapToObj(i -> "s" + i).toList();
    KeyRules rules = new KeyRules(() -> new KeyLife(0), () -> Set.copyOf(fifty), NOW);
    assertThat(rules.checked(key().toBuilder().scopes(fifty).build()).scopes()).isEqualTo(fifty);
    // As asked for: fifty-one are too many, even if one is there twice.
    ApiKeyData more = key().toBuilder().scopes(Collections.nCopies(51, "s0")).build();
    assertThatThrownBy(() -> rules.checked(more))
        .isInstanceOfSatisfying(
            ApiKeyException.class, e -> assertThat(e.kind()).isEqualTo(Kind.INVALID_SCOPE))
        .hasMessage("No more than 50 scopes are allowed");
  }

  @ParameterizedTest
  @CsvSource({
    // longest life, end that is wanted, end
    "0,  ,    ",
    "0,  51,  51",
    "0,  999, 999",
    "90, ,    140",
    "90, 51,  51",
    "90, 140, 140",
  })
  void aNewKeyEndsWhenItIsWantedOrAllowed(
      int maxDays, @Nullable Long wanted, @Nullable Long expected) {
    ApiKeyData chosen = key().toBuilder().expiresAt(millis(wanted)).build();
    assertThat(rules(maxDays).checked(chosen).expiresAt()).isEqualTo(millis(expected));
  }

  @ParameterizedTest
  @CsvSource({
    "0,  0,  expiresAt must be in the future",
    "0,  -1, expiresAt must be in the future",
    "90, 0,  expiresAt must be in the future",
    "90, 7776000001, expiresAt must be within 90 days from the creation of the key",
  })
  void anotherEndOfANewKeyIsRejected(int maxDays, long afterNow, String message) {
    ApiKeyData chosen = key().toBuilder().expiresAt(NOW + afterNow).build();
    assertThatThrownBy(() -> rules(maxDays).checked(chosen))
        .isInstanceOfSatisfying(
            ApiKeyException.class, e -> assertThat(e.kind()).isEqualTo(Kind.INVALID_REQUEST))
        .hasMessage(message);
  }

  @Test
  void anImportedKeyWasMadeNowOrBefore() {
    assertThat(WITHOUT_LIMIT.createdAt(null)).isEqualTo(NOW);
    assertThat(WITHOUT_LIMIT.createdAt(NOW)).isEqualTo(NOW);
    assertThat(WITHOUT_LIMIT.createdAt(0L)).isZero();
    assertThatThrownBy(() -> WITHOUT_LIMIT.createdAt(NOW + 1))
        .isInstanceOfSatisfying(
            ApiKeyException.class, e -> assertThat(e.kind()).isEqualTo(Kind.INVALID_REQUEST))
        .hasMessage("createdAt must not be in the future");
  }

  @ParameterizedTest
  @CsvSource({
    // longest life, end before, end that is wanted, end; the key was made on day 10
    "0,  60,  70,  70",
    "0,  60,  ,    ",
    "0,  ,    70,  70",
    "90, 60,  100, 100",
    "90, 60,  ,    100",
    "90, 400, 300, 300",
    "90, 400, ,    400",
    "90, ,    999, 999",
  })
  void anEndIsChangedWithinTheLifeOfTheKey(
      int maxDays, @Nullable Long before, @Nullable Long wanted, @Nullable Long expected) {
    ApiKeyData was = key().toBuilder().expiresAt(millis(before)).build();
    ApiKeyData change = was.toBuilder().expiresAt(millis(wanted)).build();
    assertThat(rules(maxDays).changed(was, 10 * DAY, change).expiresAt())
        .isEqualTo(millis(expected));
  }

  @ParameterizedTest
  @CsvSource({"90, 60, 101", "90, 400, 401", "0, 60, 50"})
  void anotherChangeOfTheEndIsRejected(int maxDays, long before, long wanted) {
    ApiKeyData was = key().toBuilder().expiresAt(before * DAY).build();
    ApiKeyData change = was.toBuilder().expiresAt(wanted * DAY).build();
    assertThatThrownBy(() -> rules(maxDays).changed(was, 10 * DAY, change))
        .isInstanceOf(ApiKeyException.class)
        .hasMessageStartingWith("expiresAt must be ");
  }

  @Test
  void aChangedNameIsTrimmedAndAChangedScopeIsThereOnce() {
    ApiKeyData change = key().toBuilder().name(" x ").scopes(List.of("c", "c")).build();
    ApiKeyData changed = WITHOUT_LIMIT.changed(key(), 0, change);
    assertThat(changed.name()).isEqualTo("x");
    assertThat(changed.scopes()).containsExactly("c");
  }

  /** A key of before a limit can be deactivated, even if the settings of the realm are broken. */
  @Test
  void whatDoesNotChangeIsNotCheckedAgain() {
    KeyRules broken =
        new KeyRules(
            () -> {
              throw new IllegalStateException("the settings are not valid");
            },
            () -> {
              throw new IllegalStateException("the roles cannot be read");
            },
            NOW);
    ApiKeyData was =
        ApiKeyData.builder().name("a\tb").scopes(List.of("lost")).expiresAt(10 * DAY).build();
    ApiKeyData change = was.toBuilder().active(false).build();
    assertThat(broken.changed(was, 0, change)).isEqualTo(change);
  }

  @ParameterizedTest
  @CsvSource({
    // end and end of the overlap before; end after
    "50, ,   51, true",
    "50, ,   ,   true",
    "51, ,   52, false",
    ",   ,   52, false",
    "40, ,   50, false",
    "40, 60, 55, true",
    "40, 45, 55, false",
  })
  void aLaterEndBringsAnEndedKeyBack(
      @Nullable Long end, @Nullable Long overlap, @Nullable Long newEnd, boolean back) {
    ApiKeyData was = key().toBuilder().expiresAt(millis(end)).graceUntil(millis(overlap)).build();
    ApiKeyData is = was.toBuilder().expiresAt(millis(newEnd)).build();
    assertThat(WITHOUT_LIMIT.bringsBack(was, is)).isEqualTo(back);
  }

  @ParameterizedTest
  @CsvSource({
    "name,        false",
    "activate,    false",
    "deactivate,  true",
    "more-scopes, false",
    "less-scopes, true",
    "networks,    true",
    "end,         true",
    "later-end,   false",
    "earlier-end, true",
    "no-end,      false",
  })
  void aChangeThatNarrowsEndsTokens(String what, boolean narrows) {
    Change change = Change.of(what);
    ApiKeyData is = change.after().apply(change.before());
    assertThat(KeyRules.narrows(change.before(), is)).isEqualTo(narrows);
    ApiKeyData stored = KeyRules.endingTokens(change.before(), is, 5_999);
    // A token of the second in which the change is made, and of the next, may be from before.
    assertThat(stored).isEqualTo(narrows ? is.withTokensFrom(7) : is);
  }

  private record Change(ApiKeyData before, UnaryOperator<ApiKeyData> after) {

    static Change of(String what) {
      ApiKeyData off = key().toBuilder().active(false).build();
      ApiKeyData ending = key().toBuilder().expiresAt(60 * DAY).build();
      return switch (what) {
        case "name" -> new Change(key(), key -> key.toBuilder().name("x").build());
        case "activate" -> new Change(off, key -> key.toBuilder().active(true).build());
        case "deactivate" -> new Change(key(), key -> key.toBuilder().active(false).build());
        case "more-scopes" ->
            new Change(key(), key -> key.toBuilder().scopes(List.of("a", "b", "c")).build());
        case "less-scopes" ->
            new Change(key(), key -> key.toBuilder().scopes(List.of("a")).build());
        case "networks" ->
            new Change(
                key(),
                key ->
                    key.toBuilder()
                        .allowedNetworks(AllowedNetworks.of(List.of("10.0.0.0/8")))
                        .build());
        case "end" -> new Change(key(), key -> key.toBuilder().expiresAt(60 * DAY).build());
        case "later-end" -> new Change(ending, key -> key.toBuilder().expiresAt(61 * DAY).build());
        case "earlier-end" ->
            new Change(ending, key -> key.toBuilder().expiresAt(59 * DAY).build());
        case "no-end" -> new Change(ending, key -> key.toBuilder().expiresAt(null).build());
        default -> throw new IllegalArgumentException(what);
      };
    }
  }
}
