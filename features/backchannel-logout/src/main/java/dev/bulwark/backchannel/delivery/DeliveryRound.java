package dev.bulwark.backchannel.delivery;

import dev.bulwark.backchannel.outbox.Cause;
import dev.bulwark.backchannel.outbox.Duplicates;
import dev.bulwark.backchannel.outbox.LogoutNotice;
import dev.bulwark.backchannel.outbox.LogoutOutbox;
import dev.bulwark.backchannel.outbox.LogoutReceiver;
import dev.bulwark.backchannel.outbox.LogoutReceivers;
import dev.bulwark.backchannel.outbox.RealmSwitch;
import dev.bulwark.delivery.Answer;
import dev.bulwark.delivery.Blame;
import dev.bulwark.delivery.DeliveryClock;
import dev.bulwark.delivery.DeliveryMeters;
import dev.bulwark.delivery.Message;
import dev.bulwark.delivery.Outcome;
import dev.bulwark.delivery.Round;
import dev.bulwark.delivery.Sent;
import dev.bulwark.factory.BackgroundTransaction;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.Collectors;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;
import org.keycloak.constants.AdapterConstants;
import org.keycloak.models.AuthenticatedClientSessionModel;
import org.keycloak.models.ClientModel;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;
import org.keycloak.protocol.oidc.OIDCAdvancedConfigWrapper;
import org.keycloak.protocol.oidc.utils.ClientHostUtils;

/**
 * One transaction of the delivery to one receiver: it sends, and writes down what was acknowledged,
 * while its node has the lock of the receiver. A node that ends in between has written nothing, so
 * the notices of that round are sent again. Thread-safe.
 */
final class DeliveryRound implements AutoCloseable {

  private static final Logger LOG = Logger.getLogger(DeliveryRound.class);

  /** No request begins later: a round holds a database connection. */
  private static final Duration ROUND_TIME = Duration.ofSeconds(2);

  private static final int BATCH = 64;
  private static final URI NO_URL = URI.create("");
  private static final int MAX_DROPPED = 1000;

  private final BackchannelLogoutConfig config;
  private final DeliveryMeters metrics;
  private final ReceiverHttp http;
  private final ExecutorService threads;
  private final DeliveryClock clock;
  private final Round.Limits limits;
  private final Blame blame =
      new Blame(Blame.ANY_ATTEMPTS, () -> ThreadLocalRandom.current().nextDouble());

  DeliveryRound(
      BackchannelLogoutConfig config,
      DeliveryMeters metrics,
      ExecutorService threads,
      DeliveryClock clock) {
    this.config = config;
    this.metrics = metrics;
    this.http = new ReceiverHttp(config);
    this.threads = threads;
    this.clock = clock;
    this.limits = new Round.Limits(config.maxInFlight(), ROUND_TIME, config.requestTimeout());
  }

  /** A request to send. */
  private record Request(LogoutNotice notice, URI url, String token) {}

  /** Longer than a round ever takes, unless the database does not answer. */
  Duration timeLimit() {
    return BackgroundTransaction.DATABASE_TIME.plus(ROUND_TIME).plus(limits.longest());
  }

  /** What is left after a round. */
  enum RoundResult {
    /** There may be more that can be sent now. */
    MORE_DUE,
    /** Nothing that can be sent now. */
    NOTHING_DUE,
    /** Another node serves the receiver, or this node could not. */
    NOT_SERVED
  }

  /**
   * Sends what can be sent now.
   *
   * @param session whose transaction has just begun
   * @param clientId Keycloak's own id of the client
   */
  RoundResult run(KeycloakSession session, String clientId) throws InterruptedException {
    LogoutOutbox outbox = new LogoutOutbox(session);
    LogoutReceiver receiver = new LogoutReceivers(session).lock(clientId).orElse(null);
    long now = clock.databaseMillis();
    if (receiver == null) {
      return RoundResult.NOT_SERVED;
    }
    if (!receiver.isDue(now)) {
      return RoundResult.NOTHING_DUE;
    }
    List<LogoutNotice> due = due(outbox, receiver, now);
    if (due.isEmpty()) {
      return RoundResult.NOTHING_DUE;
    }
    RealmModel realm = session.realms().getRealm(due.get(0).getRealmId());
    ClientModel client = realm == null ? null : realm.getClientById(clientId);
    @Nullable String setting = logoutUrl(realm, client);
    if (realm == null || client == null || setting == null) {
      return drop(outbox, receiver, client == null);
    }
    List<LogoutNotice> left = withoutDuplicates(outbox, clientId, withoutLive(outbox, due));
    left = withoutOld(client, receiver, left);
    deliver(session, realm, client, receiver, left, setting);
    return receiver.isDue(now) ? RoundResult.MORE_DUE : RoundResult.NOTHING_DUE;
  }

  /**
   * A receiver that fails may not accept some notices alone. So every second round begins at the
   * other end, and no notice that is too old waits for its turn.
   */
  private List<LogoutNotice> due(LogoutOutbox outbox, LogoutReceiver receiver, long now) {
    String clientId = receiver.getClientId();
    if (receiver.getFailures() == 0) {
      return outbox.due(clientId, now, BATCH);
    }
    List<LogoutNotice> old = outbox.old(clientId, oldestAllowed(), BATCH);
    if (!old.isEmpty()) {
      return old;
    }
    return receiver.getFailures() % 2 == 0
        ? outbox.due(clientId, now, BATCH)
        : outbox.newest(clientId, now, BATCH);
  }

  /**
   * Nobody is to be notified.
   *
   * @param gone whether the receiver is deleted, so that nobody sends its dead letters again
   */
  private RoundResult drop(LogoutOutbox outbox, LogoutReceiver receiver, boolean gone) {
    int dropped =
        gone
            ? outbox.removeSome(receiver, MAX_DROPPED)
            : outbox.removeSomeWaiting(receiver, MAX_DROPPED);
    metrics.count(Outcome.DROPPED, dropped);
    return dropped == MAX_DROPPED ? RoundResult.MORE_DUE : RoundResult.NOTHING_DUE;
  }

  /** The URL of a client that is to be notified; null if it is not. */
  private static @Nullable String logoutUrl(
      @Nullable RealmModel realm, @Nullable ClientModel client) {
    if (realm == null || client == null || !client.isEnabled() || !RealmSwitch.isOn(realm)) {
      return null;
    }
    String url = OIDCAdvancedConfigWrapper.fromClientModel(client).getBackchannelLogoutUrl();
    return url == null || url.isBlank() ? null : url.trim();
  }

  private List<LogoutNotice> withoutDuplicates(
      LogoutOutbox outbox, String clientId, List<LogoutNotice> due) {
    if (due.isEmpty()) {
      return due;
    }
    List<LogoutNotice> all =
        outbox.ofSessions(
            clientId, due.stream().map(LogoutNotice::getSessionId).collect(Collectors.toSet()));
    List<LogoutNotice> duplicates = Duplicates.among(due, all);
    duplicates.forEach(outbox::remove);
    metrics.count(Outcome.DUPLICATE, duplicates.size());
    return due.stream().filter(notice -> !duplicates.contains(notice)).toList();
  }

  /**
   * A client's part of a session can be removed while the session stays, and an online session can
   * give way to the offline session of the same id: that is no end.
   */
  private static List<LogoutNotice> withoutLive(LogoutOutbox outbox, List<LogoutNotice> notices) {
    List<LogoutNotice> live =
        outbox.live(notices.stream().filter(notice -> notice.getCause() == Cause.REMOVED).toList());
    live.forEach(outbox::remove);
    return notices.stream().filter(notice -> !live.contains(notice)).toList();
  }

  private List<LogoutNotice> withoutOld(
      ClientModel client, LogoutReceiver receiver, List<LogoutNotice> notices) {
    long before = oldestAllowed();
    List<LogoutNotice> old =
        notices.stream().filter(notice -> notice.triedSince() < before).toList();
    for (LogoutNotice notice : old) {
      String outcome = notice.getReason() == null ? receiver.getReason() : notice.getReason();
      notice.markDead(outcome == null ? "not delivered in time" : outcome);
    }
    if (!old.isEmpty()) {
      metrics.count(Outcome.DEAD, old.size());
      LOG.errorf(
          "%d logout notices for client %s are no longer sent: %s. They are dead letters. The"
              + " README of backchannel-logout describes how to send them again",
          old.size(), client.getClientId(), old.get(0).getReason());
    }
    return notices.stream().filter(notice -> !old.contains(notice)).toList();
  }

  /** Since when a notice is tried at most, epoch milliseconds. */
  private long oldestAllowed() {
    return clock.millis() - config.maxAge().toMillis();
  }

  private void deliver(
      KeycloakSession session,
      RealmModel realm,
      ClientModel client,
      LogoutReceiver receiver,
      List<LogoutNotice> notices,
      String setting)
      throws InterruptedException {
    if (notices.isEmpty()) {
      return;
    }
    List<Sent<Request>> round = new ArrayList<>();
    List<Message<Request>> requests = new ArrayList<>();
    LogoutTokens tokens = new LogoutTokens(session, realm, client);
    long end = System.nanoTime() + ROUND_TIME.toNanos();
    for (LogoutNotice notice : notices) {
      if (System.nanoTime() - end >= 0) {
        // What is left waits for the next round.
        break;
      }
      try {
        AuthenticatedClientSessionModel clientSession = tokens.clientSession(notice);
        URI url = url(session, client, clientSession, setting);
        requests.add(message(new Request(notice, url, tokens.sign(notice, clientSession))));
      } catch (RuntimeException e) {
        // A setting of the client that makes no URL or no signature, or data that is no JSON.
        LOG.debugf(e, "A logout notice for client %s cannot be sent", client.getClientId());
        Answer answer = Answer.unsendable(String.valueOf(e.getMessage()));
        round.add(new Sent<>(message(new Request(notice, NO_URL, "")), answer));
      }
    }
    if (!requests.isEmpty()) {
      round.addAll(
          new Round<Request>(
                  request -> http.send(request.url(), realm.getSslRequired(), request.token()),
                  limits,
                  metrics.requests(),
                  System::nanoTime)
              .send(requests, threads));
    }
    int failures = receiver.getFailures();
    settle(receiver, round);
    metrics.count(round);
    report(client, failures, receiver);
  }

  /** Each is a subject of its own: the order of notices is not promised. */
  private static Message<Request> message(Request request) {
    LogoutNotice notice = request.notice();
    return new Message<>(request, notice.tokenId(), false, notice.getAttempts());
  }

  private void settle(LogoutReceiver receiver, List<Sent<Request>> round) {
    long now = clock.databaseMillis();
    Blame.Judgement<Request> judged = blame.judge(round);
    blame.record(receiver, round, judged, now);
    judged.delivered().forEach(sent -> sent.content().notice().delivered(now));
    for (Blame.Held<Request> held : judged.held()) {
      LogoutNotice notice = held.sent().content().notice();
      notice.hold(now + held.delay().toMillis(), held.sent().reason());
    }
    for (Sent<Request> spared : judged.spared()) {
      // Others are tried before it: it may be this one that the receiver does not accept.
      spared.content().notice().putBack(receiver.getNextAt(), spared.reason());
    }
  }

  private static URI url(
      KeycloakSession session,
      ClientModel client,
      AuthenticatedClientSessionModel clientSession,
      String setting) {
    @Nullable String host = null;
    if (setting.contains(ReceiverUrl.HOST)) {
      host = clientSession.getNote(AdapterConstants.CLIENT_SESSION_HOST);
      if (host != null && !ClientHostUtils.isHostAllowedForClient(host, client, session)) {
        host = null;
      }
    }
    return ReceiverUrl.of(setting, client.getRootUrl(), host);
  }

  /** Once when the receiver fails, and once when it accepts notices again. */
  private static void report(ClientModel client, int failuresBefore, LogoutReceiver receiver) {
    if (failuresBefore == 0 && receiver.getFailures() > 0) {
      LOG.warnf(
          "Client %s accepts no logout notices: %s. They wait in the database and are sent again."
              + " Check its back-channel logout URL",
          client.getClientId(), receiver.getReason());
    } else if (failuresBefore > 0 && receiver.getFailures() == 0) {
      LOG.infof("Client %s accepts logout notices again", client.getClientId());
    }
  }

  @Override
  public void close() {
    http.close();
  }
}
