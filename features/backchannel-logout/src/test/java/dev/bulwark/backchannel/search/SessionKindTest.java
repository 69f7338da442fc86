package dev.bulwark.backchannel.search;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.Proxy;
import org.junit.jupiter.api.Test;
import org.keycloak.models.RealmModel;
import org.keycloak.models.utils.RealmExpiration;

/** R9: when sessions of each kind are over. */
class SessionKindTest {

  private static final long NOW = 1_000_000;
  private static final RealmExpiration EXPIRATION =
      new RealmExpiration(36_000, 1_800, -1, 2_592_000, 72_000, 3_600);

  private static RealmModel realm(boolean remembers) {
    return (RealmModel)
        Proxy.newProxyInstance(
            RealmModel.class.getClassLoader(),
            new Class<?>[] {RealmModel.class},
            (proxy, method, arguments) -> {
              assertThat(method.getName()).isEqualTo("isRememberMe");
              return remembers;
            });
  }

  @Test
  void idleSessions() {
    RealmModel realm = realm(true);
    assertThat(SessionKind.ONLINE.idleSince(realm, EXPIRATION, NOW)).isEqualTo(NOW - 1_800);
    assertThat(SessionKind.REMEMBERED.idleSince(realm, EXPIRATION, NOW)).isEqualTo(NOW - 3_600);
    assertThat(SessionKind.OFFLINE.idleSince(realm, EXPIRATION, NOW)).isEqualTo(NOW - 2_592_000);
  }

  @Test
  void sessionsThatHaveLivedForTheirTime() {
    assertThat(SessionKind.ONLINE.startedBy(EXPIRATION, NOW)).isEqualTo(NOW - 36_000);
    assertThat(SessionKind.REMEMBERED.startedBy(EXPIRATION, NOW)).isEqualTo(NOW - 72_000);
    assertThat(SessionKind.OFFLINE.startedBy(EXPIRATION, NOW)).isEqualTo(SessionKind.BEFORE_ANY);
  }

  @Test
  void whereTheRealmDoesNotRememberAllRememberedSessionsAreOver() {
    RealmModel realm = realm(false);
    assertThat(SessionKind.REMEMBERED.idleSince(realm, EXPIRATION, NOW))
        .isEqualTo(SessionKind.AFTER_ANY);
    assertThat(SessionKind.ONLINE.idleSince(realm, EXPIRATION, NOW)).isEqualTo(NOW - 1_800);
    assertThat(SessionKind.REMEMBERED_OFFLINE.idleSince(realm, EXPIRATION, NOW))
        .isEqualTo(NOW - 2_592_000);
  }

  @Test
  void conditions() {
    assertThat(SessionKind.REMEMBERED_OFFLINE.condition())
        .isEqualTo("us.realmId = :realm and us.offline = '1' and us.rememberMe = true");
  }

  /** Keycloak 26.4 wrote it to the data of the session alone. */
  @Test
  void conditionsOfSessionsWithoutAMark() {
    assertThat(SessionKind.UNMARKED_ONLINE.condition())
        .isEqualTo(
            "us.realmId = :realm and us.offline = '0' and us.rememberMe is null"
                + " and us.data not like '%\"rememberMe\":true%'");
    assertThat(SessionKind.UNMARKED_REMEMBERED.condition())
        .isEqualTo(
            "us.realmId = :realm and us.offline = '0' and us.rememberMe is null"
                + " and us.data like '%\"rememberMe\":true%'");
    assertThat(SessionKind.UNMARKED_OFFLINE.condition())
        .isEqualTo("us.realmId = :realm and us.offline = '1' and us.rememberMe is null");
  }

  @Test
  void sessionsWithoutAMarkExpireAsTheOthers() {
    RealmModel realm = realm(false);
    assertThat(SessionKind.UNMARKED_ONLINE.idleSince(realm, EXPIRATION, NOW))
        .isEqualTo(NOW - 1_800);
    assertThat(SessionKind.UNMARKED_REMEMBERED.idleSince(realm, EXPIRATION, NOW))
        .isEqualTo(SessionKind.AFTER_ANY);
    assertThat(SessionKind.UNMARKED_OFFLINE.idleSince(realm, EXPIRATION, NOW))
        .isEqualTo(NOW - 2_592_000);
  }
}
