package dev.bulwark.revocation.rules;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LastSeenTest {

  @ParameterizedTest
  @CsvSource({
    "CLIENT, c, r, new, old, CLIENT_CHANGED, CLIENT, r,",
    "CLIENT, c, r, new,, ,,,",
    "CLIENT, c, '', gone, old, ,,,",
    "REALM, r, r, new, old, REALM_ADDRESS_CHANGED, REALM, r,",
    "REALM, r, r, new,, ,,,",
    "REALM, r, '', gone, old, ,,,",
    "ORGANIZATION, o, r, off, on, ORGANIZATION_DISABLED, REALM, r, ORGANIZATION:o",
    "ORGANIZATION, o, r, off,, ORGANIZATION_DISABLED, REALM, r, ORGANIZATION:o",
    "ORGANIZATION, o, r, on, off, ,,,",
    "ORGANIZATION, o, r, on,, ,,,",
    "ORGANIZATION, o, '', gone, on, ,,,",
    "ORGANIZATIONS, r, r, off, on, ORGANIZATIONS_OFF, REALM, r, ORGANIZATIONS:",
    "ORGANIZATIONS, r, r, on, off, ,,,",
    "USER_STORE, s, r, off r, on r, USER_STORE_DISABLED, REALM, r, USER_STORE:s",
    "USER_STORE, s, r, off r,, USER_STORE_DISABLED, REALM, r, USER_STORE:s",
    "USER_STORE, s, '', gone, on r, USER_STORE_GONE, REALM, r, USER_STORE:s",
    "USER_STORE, s, '', gone, off r, USER_STORE_GONE, REALM, r, USER_STORE:s",
    "USER_STORE, s, r, on r, off r, ,,,",
    "USER_STORE, s, r, on r,, ,,,",
    "KEY, k, r, off r, on r, KEY_DISABLED, REALM, r,",
    "KEY, k, '', gone, on r, KEY_GONE, REALM, r,",
    "KEY, k, r, on r, off r, ,,,"
  })
  void whatHasEnded(
      LastSeen.Kind kind,
      String id,
      String realmId,
      String state,
      @Nullable String before,
      @Nullable String cause,
      @Nullable EndingKind endingKind,
      @Nullable String endingRealm,
      @Nullable String members) {
    Optional<Ending> found = new LastSeen(kind, id, realmId, state, before).ending(1);
    if (cause == null) {
      assertThat(found).isEmpty();
      return;
    }
    Ending ending = found.orElseThrow();
    assertThat(ending.cause()).isEqualTo(cause);
    assertThat(ending.kind()).isEqualTo(endingKind);
    assertThat(ending.realmId()).isEqualTo(endingRealm);
    Members narrowed =
        ending.target() instanceof Target.RealmInDoubt doubt ? doubt.members() : null;
    assertThat(narrowed == null ? null : narrowed.text()).isEqualTo(members);
  }

  @Test
  void theStateOfARealmIsAllThatItsIssuerIsMadeOf() {
    assertThat(LastSeen.realmState("app", null, "a b")).isEqualTo("app  a b");
    assertThat(LastSeen.realmState("app", "https://x", "a b")).isEqualTo("app https://x a b");
  }

  @ParameterizedTest
  @CsvSource({
    "ORGANIZATION:o:1, ORGANIZATION, o:1",
    "USER_STORE:s, USER_STORE, s",
    "NEW:x,,",
    "x,,",
    ",,"
  })
  void anUnknownTextStandsForTheWholeRealm(
      @Nullable String text, Members.@Nullable Kind kind, @Nullable String id) {
    assertThat(Members.of(text))
        .isEqualTo(kind == null || id == null ? null : new Members(kind, id));
  }

  @Test
  void anIdThatIsTooLongStandsForTheWholeRealm() {
    assertThat(new Members(Members.Kind.USER_STORE, "s".repeat(250)).text()).isNull();
  }
}
