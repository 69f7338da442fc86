package dev.bulwark.backchannel.signals;

import dev.bulwark.backchannel.outbox.LogoutNotice;
import dev.bulwark.backchannel.outbox.RealmSwitch;
import dev.bulwark.contract.KeycloakFeature;
import java.util.function.Function;
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
        KeycloakFeature.SHARED_SIGNALS.isPresent() && Transmitter.isAvailable(factory));
  }

  /** Whether silent ends of sessions of a realm are passed on. */
  public boolean isOn(@Nullable RealmModel realm) {
    return available
        && realm != null
        && RealmSwitch.isOn(realm)
        && Boolean.parseBoolean(realm.getAttribute(ATTRIBUTE));
  }

  /**
   * Makes the events of ends for the streams of the realm's receivers, in the transaction of a
   * session. What it returns for an end hands its events over.
   *
   * @param realm for which {@link #isOn}
   * @return a function that fails where the user of an end cannot be read
   */
  public Function<LogoutNotice, Runnable> events(KeycloakSession session, RealmModel realm) {
    session.getContext().setRealm(realm);
    return Transmitter.of(session).events(realm);
  }
}
