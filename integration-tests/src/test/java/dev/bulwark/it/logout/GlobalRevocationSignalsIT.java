package dev.bulwark.it.logout;

import static dev.bulwark.it.support.Waits.SOON;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.bulwark.it.support.GlobalRevoker;
import dev.bulwark.it.support.Realm;
import dev.bulwark.it.support.Response;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** R10, R9: where Keycloak's Shared Signals transmitter is on, it tells of each ended session. */
@Tag("full")
class GlobalRevocationSignalsIT {

  @Test
  void eachSessionIsToldOnce() {
    try (LogoutServer server =
        LogoutServer.start("global-signals", spec -> spec.buildOption("features", "ssf"))) {
      LogoutRealm realm =
          LogoutRealm.create(server.keycloak().url(), server.admin(), "global-signals");
      realm.change(
          """
          {"attributes": {"backchannelLogout.durable": "true", "ssf.transmitterEnabled": "true"}}
          """);
      GlobalRevoker revoker =
          GlobalRevoker.addTo(server.admin(), new Realm(server.keycloak().url(), realm.name()));
      realm.client("shop", Map.of());
      SignalReceiver receiver = SignalReceiver.of(realm);
      Response first = realm.login("shop", "ann");
      Response second = realm.login("shop", "ann");
      revoker.end(realm.userId("ann")).expect(204);
      // There is no session any more: Keycloak's word for all of them is the only one.
      revoker.end(realm.userId("ann")).expect(204);

      Response last = realm.login("shop", "ben");
      realm.admin().delete(realm.path("/users/" + realm.userId("ben"))).expect(204);
      await().atMost(SOON).until(() -> receiver.sessions().contains(LogoutRealm.sid(last)));
      assertThat(receiver.sessions())
          .containsExactlyInAnyOrder(
              LogoutRealm.sid(first), LogoutRealm.sid(second), "ALL", LogoutRealm.sid(last));
    }
  }
}
