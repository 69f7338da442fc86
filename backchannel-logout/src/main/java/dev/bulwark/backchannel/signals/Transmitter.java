package dev.bulwark.backchannel.signals;

import dev.bulwark.backchannel.outbox.Cause;
import dev.bulwark.backchannel.outbox.LogoutNotice;
import java.util.List;
import java.util.concurrent.TimeUnit;
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
    this.dispatcher = new OfThreads(session, transmitter);
  }

  /** Whether the feature is on. */
  static boolean isIn(KeycloakSessionFactory factory) {
    return factory.getProviderFactory(SsfTransmitterProvider.class) != null;
  }

  static Transmitter of(KeycloakSession session) {
    return new Transmitter(session, session.getProvider(SsfTransmitterProvider.class));
  }

  /**
   * Keycloak's dispatcher looks the subject of a token up by the address of the current request. A
   * thread has none, so the user is checked before, as Keycloak's own event listener does.
   */
  private static final class OfThreads extends SecurityEventTokenDispatcher {

    OfThreads(KeycloakSession session, SsfTransmitterProvider transmitter) {
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

  void send(RealmModel realm, List<LogoutNotice> ends) {
    for (StreamConfig stream : transmitter.streamService().findStreamsForSsfReceiverClients()) {
      if (stream.getEmitOnlyEvents() != null
          && stream.getEmitOnlyEvents().contains(CaepSessionRevoked.TYPE)) {
        continue;
      }
      // The issuer that the receiver knows. A thread has no request to take it from.
      SecurityEventTokenMapper mapper =
          new SecurityEventTokenMapper(session, transmitter.getConfig(), any -> stream.getIssuer());
      for (LogoutNotice end : ends) {
        send(realm, stream, mapper, end);
      }
    }
  }

  private void send(
      RealmModel realm, StreamConfig stream, SecurityEventTokenMapper mapper, LogoutNotice end) {
    @Nullable UserModel user = session.users().getUserById(realm, end.getUserId());
    if (!dispatcher.shouldDispatchForUser(user, stream)) {
      return;
    }
    boolean expired = end.getCause() == Cause.EXPIRED;
    @Nullable SsfSecurityEventToken token =
        mapper.generateSessionRevokedEvent(
            event(end), null, stream, expired ? "Session expired" : "Session removed");
    // Null if the stream wants an e-mail address and the user has none; Keycloak has logged it.
    if (token != null) {
      if (token.getEvents().get(CaepSessionRevoked.TYPE) instanceof CaepSessionRevoked revoked) {
        revoked.setInitiatingEntity(expired ? InitiatingEntity.POLICY : InitiatingEntity.SYSTEM);
        revoked.setEventTimestamp(TimeUnit.MILLISECONDS.toSeconds(end.getCreatedAt()));
      }
      dispatcher.dispatchEvent(token, stream);
    }
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
