package dev.bulwark.backchannel.signals;

import dev.bulwark.backchannel.outbox.Cause;
import dev.bulwark.backchannel.outbox.LogoutNotice;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.keycloak.events.Event;
import org.keycloak.events.EventType;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.KeycloakSessionFactory;
import org.keycloak.models.RealmModel;
import org.keycloak.models.UserModel;
import org.keycloak.ssf.event.InitiatingEntity;
import org.keycloak.ssf.event.caep.CaepSessionRevoked;
import org.keycloak.ssf.event.token.SsfSecurityEventToken;
import org.keycloak.ssf.transmitter.SsfTransmitterProvider;
import org.keycloak.ssf.transmitter.delivery.SecurityEventTokenDispatcher;
import org.keycloak.ssf.transmitter.event.SecurityEventTokenMapper;
import org.keycloak.ssf.transmitter.stream.StreamConfig;

/**
 * Emits {@code session-revoked} of CAEP through Keycloak's transmitter, which stores it, signs it
 * and delivers it. All types of the feature {@code ssf} are in this class. For one session of
 * Keycloak's.
 */
final class Transmitter {

  private final KeycloakSession session;
  private final SsfTransmitterProvider transmitter;
  private final SecurityEventTokenDispatcher dispatcher;

  private Transmitter(KeycloakSession session, SsfTransmitterProvider transmitter) {
    this.session = session;
    this.transmitter = transmitter;
    this.dispatcher = new BackgroundDispatcher(session, transmitter);
  }

  /** Whether the feature is on. */
  static boolean isAvailable(KeycloakSessionFactory factory) {
    return factory.getProviderFactory(SsfTransmitterProvider.class) != null;
  }

  static Transmitter of(KeycloakSession session) {
    return new Transmitter(session, session.getProvider(SsfTransmitterProvider.class));
  }

  /**
   * Keycloak's dispatcher looks the subject of a token up by the address of the current request. A
   * thread has none, so the user is checked before, as Keycloak's own event listener does.
   */
  private static final class BackgroundDispatcher extends SecurityEventTokenDispatcher {

    BackgroundDispatcher(KeycloakSession session, SsfTransmitterProvider transmitter) {
      super(
          session,
          transmitter.securityEventTokenEncoder(),
          transmitter.pushDeliveryService(),
          transmitter.getConfig(),
          transmitter.context().outboxStoreFactory(),
          transmitter.metrics(),
          transmitter.subjectInclusionResolver());
    }

    @Override
    protected boolean shouldDispatchForSubject(SsfSecurityEventToken token, StreamConfig stream) {
      return true;
    }
  }

  /** A stream that wants such events. */
  private record Receiver(StreamConfig stream, SecurityEventTokenMapper mapper) {}

  /** See {@link SharedSignals#events}: all events of an end are made before one is handed over. */
  Function<LogoutNotice, Runnable> events(RealmModel realm) {
    List<Receiver> receivers = new ArrayList<>();
    for (StreamConfig stream : transmitter.streamService().findStreamsForSsfReceiverClients()) {
      if (stream.getEmitOnlyEvents() == null
          || !stream.getEmitOnlyEvents().contains(CaepSessionRevoked.TYPE)) {
        // The issuer that the receiver knows. A thread has no request to take it from.
        receivers.add(
            new Receiver(
                stream,
                new SecurityEventTokenMapper(
                    session, transmitter.getConfig(), any -> stream.getIssuer())));
      }
    }
    return end -> {
      @Nullable UserModel user = session.users().getUserById(realm, end.getUserId());
      List<Runnable> events = new ArrayList<>();
      receivers.forEach(receiver -> event(receiver, user, end).ifPresent(events::add));
      return () -> events.forEach(Runnable::run);
    };
  }

  private Optional<Runnable> event(Receiver receiver, @Nullable UserModel user, LogoutNotice end) {
    if (!dispatcher.shouldDispatchForUser(user, receiver.stream())) {
      return Optional.empty();
    }
    boolean expired = end.getCause() == Cause.EXPIRED;
    @Nullable SsfSecurityEventToken token =
        receiver
            .mapper()
            .generateSessionRevokedEvent(
                event(end),
                null,
                receiver.stream(),
                expired ? "Session expired" : "Session removed");
    // Null if the stream wants an e-mail address and the user has none; Keycloak has logged it.
    if (token == null) {
      return Optional.empty();
    }
    if (token.getEvents().get(CaepSessionRevoked.TYPE) instanceof CaepSessionRevoked revoked) {
      revoked.setInitiatingEntity(expired ? InitiatingEntity.POLICY : InitiatingEntity.SYSTEM);
      revoked.setEventTimestamp(TimeUnit.MILLISECONDS.toSeconds(end.getCreatedAt()));
    }
    return Optional.of(() -> dispatcher.dispatchEvent(token, receiver.stream()));
  }

  private static Event event(LogoutNotice end) {
    Event event = new Event();
    event.setType(EventType.LOGOUT);
    event.setRealmId(end.getRealmId());
    event.setUserId(end.getUserId());
    event.setSessionId(end.getSessionId());
    return event;
  }
}
