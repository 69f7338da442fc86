package dev.bulwark.apikey.verify;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.bulwark.apikey.key.ApiKeyData;
import dev.bulwark.apikey.key.limit.AllowedNetworks;
import dev.bulwark.apikey.key.limit.RateLimit;
import dev.bulwark.apikey.key.secret.ApiKeyFormat.Kind;
import dev.bulwark.apikey.verify.Verification.Reason;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** K3, K5, K10: whether a key is accepted, and why not. */
class KeyDecisionTest {

  private static final long NOW = 1_000;
  private static final String OFFICE = "192.0.2.1";

  /** An owner of whom some words are true. */
  private record OwnerState(String words) implements KeyDecision.Owner {

    @Override
    public boolean isEnabled() {
      return !words.contains("disabled");
    }

    @Override
    public boolean isLocked() {
      return words.contains("locked");
    }

    @Override
    public boolean hasPendingActions() {
      return words.contains("pending");
    }
  }

  private static ApiKeyData key(boolean active, @Nullable Long expires, @Nullable Long overlap) {
    return ApiKeyData.builder().active(active).expiresAt(expires).graceUntil(overlap).build();
  }

  private static ApiKeyData ofOffice(ApiKeyData key) {
    return key.toBuilder().allowedNetworks(AllowedNetworks.of(List.of("192.0.2.0/24"))).build();
  }

  @ParameterizedTest
  @CsvSource({
    // active, end, end of an overlap, owner, reason
    "true,  ,     ,     good,                    ",
    "true,  1001, 1001, good,                    ",
    "true,  1000, ,     good,                    EXPIRED",
    "true,  ,     1000, good,                    REPLACED",
    "true,  999,  999,  good,                    REPLACED",
    "false, 999,  999,  good,                    INACTIVE",
    "true,  ,     ,     disabled,                OWNER_DISABLED",
    "true,  ,     ,     locked,                  OWNER_LOCKED",
    "true,  ,     ,     pending,                 OWNER_ACTIONS_PENDING",
    // of several reasons, the first
    "false, 999,  ,     disabled locked pending, OWNER_DISABLED",
    "false, 999,  ,     locked pending,          OWNER_LOCKED",
    "false, 999,  ,     pending,                 OWNER_ACTIONS_PENDING",
  })
  void aKeyThatExists(
      boolean active,
      @Nullable Long expires,
      @Nullable Long overlap,
      String owner,
      @Nullable Reason reason) {
    ApiKeyData key = key(active, expires, overlap);
    OwnerState state = new OwnerState(owner);
    assertThat(KeyDecision.rejection(key, "anywhere", state, NOW)).isEqualTo(reason);
    assertThat(KeyDecision.rejection(ofOffice(key), OFFICE, state, NOW)).isEqualTo(reason);
    assertThat(KeyDecision.rejection(ofOffice(key), "198.51.100.1", state, NOW))
        .as("elsewhere, nothing shows in which state a key and its owner are")
        .isEqualTo(Reason.NETWORK_NOT_ALLOWED);
    assertThat(KeyDecision.rejection(ofOffice(key), null, state, NOW))
        .isEqualTo(Reason.NETWORK_NOT_ALLOWED);
  }

  /** It may cost a query, and a stolen key may be sent often. */
  @Test
  void nothingIsAskedOfTheOwnerElsewhere() {
    KeyDecision.Owner silent =
        new KeyDecision.Owner() {
          @Override
          public boolean isEnabled() {
            throw new IllegalStateException("isEnabled");
          }

          @Override
          public boolean isLocked() {
            throw new IllegalStateException("isLocked");
          }

          @Override
          public boolean hasPendingActions() {
            throw new IllegalStateException("hasPendingActions");
          }
        };
    ApiKeyData key = key(true, null, null);
    assertThat(KeyDecision.rejection(ofOffice(key), "198.51.100.1", silent, NOW))
        .isEqualTo(Reason.NETWORK_NOT_ALLOWED);
    assertThatThrownBy(() -> KeyDecision.rejection(ofOffice(key), OFFICE, silent, NOW))
        .hasMessage("isEnabled");
  }

  @ParameterizedTest
  @CsvSource({
    // form, looked up, looked up in a realm with imported keys, reason
    "CHECKED,      true,  true,  UNKNOWN",
    "UNCHECKED,    true,  true,  UNKNOWN",
    "FOREIGN,      true,  true,  UNKNOWN",
    "BAD_CHECKSUM, false, true,  BAD_CHECKSUM",
    "ODD_LENGTH,   false, true,  MALFORMED",
    "MALFORMED,    false, false, MALFORMED",
  })
  void aTextThatIsNoKey(Kind kind, boolean lookedUp, boolean imported, Reason reason) {
    assertThat(KeyDecision.canExist(kind, () -> false)).isEqualTo(lookedUp);
    assertThat(KeyDecision.canExist(kind, () -> true)).isEqualTo(imported);
    assertThat(KeyDecision.unknown(kind)).isEqualTo(reason);
  }

  /** The realm is asked only then. */
  @ParameterizedTest
  @EnumSource(Kind.class)
  void importedKeysAreLookedForOnlyWhereTheFormIsWrong(Kind kind) {
    boolean asks = kind == Kind.BAD_CHECKSUM || kind == Kind.ODD_LENGTH;
    boolean[] asked = {false};
    KeyDecision.canExist(
        kind,
        () -> {
          asked[0] = true;
          return false;
        });
    assertThat(asked[0]).isEqualTo(asks);
  }

  @Test
  void theOwnRateLimitOfAKeyCounts() {
    RateLimit own = new RateLimit(1, 1);
    RateLimit ofRealm = new RateLimit(2, 2);
    ApiKeyData without = key(true, null, null);
    ApiKeyData with = without.toBuilder().rateLimit(own).build();
    assertThat(KeyDecision.rateLimit(with, ofRealm)).isEqualTo(own);
    assertThat(KeyDecision.rateLimit(with, null)).isEqualTo(own);
    assertThat(KeyDecision.rateLimit(without, ofRealm)).isEqualTo(ofRealm);
    assertThat(KeyDecision.rateLimit(without, null)).isNull();
  }

  @ParameterizedTest
  @CsvSource({
    // active, end; seconds: tokens from before have ended, issued; valid
    "true,  ,     ,  1, true",
    "true,  1001, ,  1, true",
    "true,  1000, ,  1, false",
    "false, ,     ,  1, false",
    "true,  ,     5, 4, false",
    "true,  ,     5, 5, true",
    "true,  ,     5, 6, true",
    "false, ,     5, 6, false",
  })
  void aTokenOfAKey(
      boolean active, @Nullable Long expires, @Nullable Long from, long issued, boolean valid) {
    ApiKeyData key = key(active, expires, null).toBuilder().tokensFrom(from).build();
    assertThat(KeyDecision.isTokenValid(key, issued, NOW)).isEqualTo(valid);
  }
}
