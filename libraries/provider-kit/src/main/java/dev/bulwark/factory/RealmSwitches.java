package dev.bulwark.factory;

import dev.bulwark.contract.Revocation;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;

/** Whether a realm has switched a part of the bundle on, by what Keycloak lets it choose. */
public final class RealmSwitches {

  private RealmSwitches() {}

  /** Whether a realm lists the event listener that switches revocation on. */
  public static boolean listsRevocation(RealmModel realm) {
    return realm.getEventsListenersStream().anyMatch(Revocation.LISTENER::equals);
  }

  /**
   * Whether the tokens of the realm of a request are revoked in Redis when they end.
   *
   * @param revocation of this server
   * @see Revocation#isOn
   */
  public static boolean isRevocationOn(KeycloakSession session, Revocation revocation) {
    RealmModel realm = session.getContext().getRealm();
    return realm != null && revocation.isOn(realm.getId(), listsRevocation(realm));
  }
}
