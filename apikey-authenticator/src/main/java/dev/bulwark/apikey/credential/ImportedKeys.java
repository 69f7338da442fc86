package dev.bulwark.apikey.credential;

import dev.bulwark.apikey.key.ApiKeyData;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;
import org.keycloak.models.utils.KeycloakModelUtils;

/**
 * Whether a realm has taken over keys of another application. Only their hashes are known, so any
 * text may be one of them; in other realms, the form of a key reveals a mistyped one without a
 * lookup.
 */
public final class ImportedKeys {

  /** The realm's attribute, set by the first import: a data format. */
  static final String ATTRIBUTE = "api-key.imported";

  private ImportedKeys() {}

  /** Whether keys were imported into the realm at any time. */
  public static boolean areIn(RealmModel realm) {
    return "true".equals(realm.getAttribute(ATTRIBUTE));
  }

  /** Notes that a key was imported. */
  public static void note(RealmModel realm) {
    if (!areIn(realm)) {
      realm.setAttribute(ATTRIBUTE, "true");
    }
  }

  /**
   * Notes again, in the transaction of a change of the realm, what that change has removed. Whoever
   * writes a realm's attributes replaces all of them: Terraform, keycloak-config-cli, and a page of
   * the admin console that was opened before the import.
   */
  public static void keep(KeycloakSession session, RealmModel realm) {
    if (!areIn(realm) && wereIn(session, realm.getId())) {
      note(realm);
    }
  }

  /** What another transaction sees; nothing of a realm that is being made. */
  private static boolean wereIn(KeycloakSession session, String realmId) {
    return KeycloakModelUtils.runJobInTransactionWithResult(
        session.getKeycloakSessionFactory(),
        other -> {
          RealmModel committed = other.realms().getRealm(realmId);
          return committed != null && areIn(committed);
        });
  }

  /**
   * Notes a key that is stored, if it is one of another application: nobody knows its visible part.
   */
  public static void note(RealmModel realm, ApiKeyData data) {
    if (data.prefix().isEmpty()) {
      note(realm);
    }
  }
}
