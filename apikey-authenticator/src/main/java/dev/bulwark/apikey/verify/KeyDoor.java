package dev.bulwark.apikey.verify;

import jakarta.ws.rs.core.Response;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.keycloak.events.EventBuilder;
import org.keycloak.events.EventType;

/**
 * Where a key is presented: {@code verify}, the exchange, the password grant, client authentication
 * and introspection. All of them verify here, so their events and their answers agree.
 */
public final class KeyDoor {

  private final ApiKeyVerifier verifier;
  private final EventBuilder event;
  private final boolean sends;
  private final Supplier<Response> refused;

  private KeyDoor(
      ApiKeyVerifier verifier, EventBuilder event, boolean sends, Supplier<Response> refused) {
    this.verifier = verifier;
    this.event = event;
    this.sends = sends;
    this.refused = refused;
  }

  /**
   * Returns a door that sends the event of a key that does not open it.
   *
   * @param event of the request
   * @param refused the answer for a key that is not good
   */
  public static KeyDoor of(
      ApiKeyVerifier verifier, EventBuilder event, Supplier<Response> refused) {
    return new KeyDoor(verifier, event, true, refused);
  }

  /**
   * Returns a door whose event Keycloak sends, with its own error, as it does for every client that
   * fails to authenticate. The details are those of the other doors.
   *
   * @param event of the request
   * @param refused the answer for a key that is not good
   */
  public static KeyDoor ofClients(
      ApiKeyVerifier verifier, EventBuilder event, Supplier<Response> refused) {
    return new KeyDoor(verifier, event, false, refused);
  }

  /**
   * Verifies a key.
   *
   * @param presented as sent; may be anything
   * @param address of the sender, for the limit on wrong keys
   */
  public Outcome check(String presented, @Nullable String address) {
    Verification verification = verifier.verify(presented, address);
    if (verification instanceof Verification.Accepted accepted) {
      VerificationEvents.accepted(event, accepted);
      return new Open(accepted);
    }
    if (verification instanceof Verification.Limited limited) {
      send(VerificationEvents.limited(event));
      return new Closed(TokenErrors.limited(limited.retryAfterSeconds()));
    }
    Verification.Refused closed = (Verification.Refused) verification;
    if (sends && !closed.keyId().isEmpty()) {
      // Of a type that realms keep unless told otherwise. Whatever strangers send is not, so that a
      // flood of it does not fill the database.
      event.event(EventType.OAUTH2_EXTENSION_GRANT);
    }
    send(VerificationEvents.refused(event, closed));
    return new Closed(refused.get());
  }

  private void send(String error) {
    if (sends) {
      event.error(error);
    }
  }

  /** What came of a key at a door. */
  public sealed interface Outcome {}

  /**
   * The key is good.
   *
   * @param accepted the key and its scopes
   */
  public record Open(Verification.Accepted accepted) implements Outcome {}

  /**
   * The key is not good, or was not looked at.
   *
   * @param answer to send
   */
  public record Closed(Response answer) implements Outcome {}
}
