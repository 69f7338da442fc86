package dev.bulwark.apikey.verify;

import jakarta.ws.rs.core.Response;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.keycloak.events.EventBuilder;
import org.keycloak.events.EventType;

/**
 * The entry points at which a key is presented: {@code verify}, the exchange, the password grant,
 * client authentication and introspection. All of them verify here, so their events and their
 * answers agree.
 */
public final class KeyDoor {

  private final ApiKeyVerifier verifier;
  private final EventBuilder event;
  private final boolean sendsEvent;
  private final Supplier<Response> rejected;

  private KeyDoor(
      ApiKeyVerifier verifier,
      EventBuilder event,
      boolean sendsEvent,
      Supplier<Response> rejected) {
    this.verifier = verifier;
    this.event = event;
    this.sendsEvent = sendsEvent;
    this.rejected = rejected;
  }

  /**
   * Returns a door that sends the event of a key that does not open it.
   *
   * @param event of the request
   * @param rejected the answer for a key that is not good
   */
  public static KeyDoor of(
      ApiKeyVerifier verifier, EventBuilder event, Supplier<Response> rejected) {
    return new KeyDoor(verifier, event, true, rejected);
  }

  /**
   * Returns a door whose event Keycloak sends, with its own error, as it does for every client that
   * fails to authenticate. The details are those of the other doors.
   *
   * @param event of the request
   * @param rejected the answer for a key that is not good
   */
  public static KeyDoor ofClients(
      ApiKeyVerifier verifier, EventBuilder event, Supplier<Response> rejected) {
    return new KeyDoor(verifier, event, false, rejected);
  }

  /**
   * Verifies a key.
   *
   * @param presented as sent; may be anything
   * @param address of the sender, for the limit on wrong keys and the networks of the key
   */
  public Outcome check(String presented, @Nullable String address) {
    Verification verification = verifier.verify(presented, address);
    if (verification instanceof Verification.Accepted accepted) {
      VerificationEvents.accepted(event, accepted);
      return new Open(accepted);
    }
    if (verification instanceof Verification.Limited limited) {
      chooseEventType(false);
      send(VerificationEvents.limited(event));
      return new Closed(TokenErrors.limited(limited.retryAfterSeconds()));
    }
    if (verification instanceof Verification.Exhausted exhausted) {
      chooseEventType(exhausted.first());
      send(VerificationEvents.exhausted(event, exhausted));
      return new Closed(TokenErrors.exhausted(exhausted.allowance()));
    }
    Verification.Rejected closed = (Verification.Rejected) verification;
    chooseEventType(closed.first());
    send(VerificationEvents.rejected(event, closed, address));
    return new Closed(rejected.get());
  }

  /**
   * Chooses a type that realms keep unless told otherwise, or one that they do not keep. They keep
   * nothing that strangers send, and a rejection of a key once in a window: a flood of requests
   * must not fill the database, whichever request brings the key.
   */
  private void chooseEventType(boolean stored) {
    if (sendsEvent) {
      event.event(stored ? EventType.OAUTH2_EXTENSION_GRANT : EventType.INTROSPECT_TOKEN);
    }
  }

  private void send(String error) {
    if (sendsEvent) {
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
