package dev.bulwark.factory;

import dev.bulwark.contract.Revocation;
import org.keycloak.Config;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;
import org.keycloak.models.RequiredActionProviderModel;

/** Whether a realm has switched a part of the bundle on, by what Keycloak lets it choose. */
public final class RealmSwitches {

  /** Id of the required action that switches API keys on, and holds their limits. */
  public static final String API_KEYS = "create-api-key";

  private RealmSwitches() {}

  /** Read once: the options of a server do not change. */
  private static final class Everywhere {
    static final boolean API_KEYS =
        Config.scope("api-key", "default").getBoolean("everywhere", false);
  }

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

  /** Whether a realm has API keys: its required action {@value #API_KEYS} is enabled. */
  public static boolean hasApiKeys(RealmModel realm) {
    if (Everywhere.API_KEYS) {
      return true;
    }
    RequiredActionProviderModel action = realm.getRequiredActionProviderByAlias(API_KEYS);
    return action != null && action.isEnabled();
  }
}
