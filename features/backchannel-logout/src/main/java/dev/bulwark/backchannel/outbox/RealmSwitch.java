package dev.bulwark.backchannel.outbox;

import org.keycloak.models.RealmModel;

/** Whether a realm uses this delivery. Where it does not, Keycloak itself calls the receivers. */
public final class RealmSwitch {

  /** Attribute of a realm: a data format. */
  public static final String ATTRIBUTE = "backchannelLogout.durable";

  private RealmSwitch() {}

  /** Whether it is on. */
  public static boolean isOn(RealmModel realm) {
    return "true".equals(realm.getAttribute(ATTRIBUTE));
  }
}
