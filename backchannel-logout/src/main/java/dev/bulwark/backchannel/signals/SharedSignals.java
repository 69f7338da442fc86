package dev.bulwark.backchannel.signals;

import dev.bulwark.backchannel.outbox.LogoutNotice;
import dev.bulwark.backchannel.outbox.RealmSwitch;
import dev.bulwark.contract.KeycloakFeature;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.KeycloakSessionFactory;
import org.keycloak.models.RealmModel;

/**
 * Keycloak's Shared Signals transmitter (feature {@code ssf}), if the server has it. Keycloak
 * itself tells it of logouts. The module adds the ends without an event. Thread-safe.
 */
public final class SharedSignals {

  /** Keycloak's switch for a realm, {@code Ssf.SSF_TRANSMITTER_ENABLED_KEY}. */
  private static final String ATTRIBUTE = "ssf.transmitterEnabled";

  private final boolean available;

  private SharedSignals(boolean available) {
    this.available = available;
  }

  /** Returns that of a server. {@link Transmitter} is loaded only where Keycloak has its types. */
  public static SharedSignals of(KeycloakSessionFactory factory) {
    return new SharedSignals(
        KeycloakFeature.SHARED_SIGNALS.isPresent() && Transmitter.isIn(factory));
  }

  /** Whether silent ends of sessions of a realm are passed on. */
  public boolean isOn(@Nullable RealmModel realm) {
    return available
        && realm != null
        && RealmSwitch.isOn(realm)
        && Boolean.parseBoolean(realm.getAttribute(ATTRIBUTE));
  }

  /**
   * Hands ends over to the streams of the realm's receivers, in the transaction of a session.
   *
   * @param realm for which {@link #isOn}
   */
  public void send(KeycloakSession session, RealmModel realm, List<LogoutNotice> ends) {
    session.getContext().setRealm(realm);
    Transmitter.of(session).send(realm, ends);
  }
}
