package dev.bulwark.backchannel;

import dev.bulwark.backchannel.outbox.Cause;
import dev.bulwark.backchannel.outbox.EndedClientSession;
import dev.bulwark.backchannel.outbox.LogoutNotice;
import dev.bulwark.backchannel.outbox.LogoutOutbox;
import dev.bulwark.delivery.AfterCommit;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.keycloak.models.KeycloakSession;

/**
 * The notices that one session of Keycloak's stores, each once: Keycloak removes a session after it
 * has asked for the notices of its clients. For one thread.
 */
final class Notices {

  private static final String ATTRIBUTE = Notices.class.getName();

  private static final String ONE_SESSION = "us.userSessionId = :session and us.offline = :offline";

  /**
   * A removed session is looked at again before its notice is sent, and by then what replaces it is
   * in the database: Keycloak stores new sessions in a transaction that follows.
   */
  private static final long DELAY_MILLIS = TimeUnit.SECONDS.toMillis(3);

  private final KeycloakSession session;
  private final BackchannelLogoutProviderFactory delivery;
  private final Set<Ended> sessions = new HashSet<>();
  private final Map<Ended, Set<String>> clients = new HashMap<>();

  /** Clients whose notices are due after the commit. */
  private final Set<String> due = new HashSet<>();

  private record Ended(String sessionId, boolean offline) {}

  private Notices(KeycloakSession session) {
    this.session = session;
    this.delivery = BackchannelLogoutProviderFactory.of(session.getKeycloakSessionFactory());
  }

  static Notices of(KeycloakSession session) {
    @Nullable Notices known = session.getAttribute(ATTRIBUTE, Notices.class);
    if (known != null) {
      return known;
    }
    Notices fresh = new Notices(session);
    session.setAttribute(ATTRIBUTE, fresh);
    return fresh;
  }

  /** Stores the notice of a logout, and has it delivered after the commit. */
  void add(EndedClientSession ended) {
    if (clients(ended.sessionId(), ended.offline()).add(ended.clientId())) {
      new LogoutOutbox(session).add(new LogoutNotice(ended, Cause.LOGOUT, now()));
      wakeAfterCommit(ended.clientId());
    }
  }

  /** Stores the notices of a session that is about to be removed. */
  void addRemoved(String sessionId, boolean offline) {
    if (!sessions.add(new Ended(sessionId, offline))) {
      return;
    }
    Set<String> known = clients(sessionId, offline);
    Map<String, Object> parameters = new HashMap<>(of(sessionId, offline));
    String condition = ONE_SESSION;
    if (!known.isEmpty()) {
      condition += " and cs.clientId not in (:known)";
      parameters.put("known", known);
    }
    addRemoved(condition, parameters);
  }

  /** Stores the notice of a client whose part of a session is about to be removed. */
  void addRemoved(String sessionId, String clientId, boolean offline) {
    if (sessions.contains(new Ended(sessionId, offline))
        || !clients(sessionId, offline).add(clientId)) {
      return;
    }
    Map<String, Object> parameters = new HashMap<>(of(sessionId, offline));
    parameters.put("client", clientId);
    addRemoved(ONE_SESSION + " and cs.clientId = :client", parameters);
  }

  /**
   * Stores the notices of sessions that are about to be removed.
   *
   * @param condition of {@link LogoutOutbox#addAll}
   */
  void addRemoved(String condition, Map<String, Object> parameters) {
    long due = delivery.clock().databaseMillis() + DELAY_MILLIS;
    new LogoutOutbox(session).addAll(Cause.REMOVED, condition, parameters, now(), due);
  }

  private long now() {
    return delivery.clock().millis();
  }

  private static Map<String, Object> of(String sessionId, boolean offline) {
    return Map.of("session", sessionId, "offline", offline ? "1" : "0");
  }

  private Set<String> clients(String sessionId, boolean offline) {
    return clients.computeIfAbsent(new Ended(sessionId, offline), key -> new HashSet<>());
  }

  private void wakeAfterCommit(String clientId) {
    if (due.isEmpty()) {
      AfterCommit.run(session, () -> delivery.wake(due));
    }
    due.add(clientId);
  }
}
