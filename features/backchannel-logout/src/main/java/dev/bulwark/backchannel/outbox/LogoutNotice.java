package dev.bulwark.backchannel.outbox;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.bulwark.delivery.ReceiverRow;
import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.GeneratedValue;
import jakarta.persistence.GenerationType;
import jakarta.persistence.Id;
import jakarta.persistence.NamedQuery;
import jakarta.persistence.Table;
import java.util.UUID;
import org.jspecify.annotations.NullUnmarked;
import org.keycloak.authentication.AuthenticationProcessor;

/** A client is to be notified that a session has ended. */
@Entity
@Table(name = "BULWARK_LOGOUT_NOTICE")
@NamedQuery(
    name = "bulwarkNoticeDue",
    query =
        "select n from LogoutNotice n where n.clientId = :client and n.state = 'WAITING'"
            + " and (n.nextAt <= :now or n.nextAt > :latestDue) order by n.nextAt, n.id")
@NamedQuery(
    name = "bulwarkNoticeNewest",
    query =
        "select n from LogoutNotice n where n.clientId = :client and n.state = 'WAITING'"
            + " and (n.nextAt <= :now or n.nextAt > :latestDue) order by n.id desc")
@NamedQuery(
    name = "bulwarkNoticeOld",
    query =
        "select n from LogoutNotice n where n.clientId = :client and n.state = 'WAITING'"
            + " and n.createdAt < :before and n.revivedAt < :before order by n.id")
@NamedQuery(
    name = "bulwarkNoticeLive",
    query =
        "select n from LogoutNotice n where n.id in (:ids) and (exists"
            + " (select us.userSessionId from PersistentUserSessionEntity us"
            + " where us.userSessionId = n.sessionId"
            + " and us.offline = n.offline)"
            + " or ((n.offline = '1' or n.sessionData like '%\""
            + AuthenticationProcessor.FIRST_OFFLINE_ACCESS
            + "\"%') and exists (select cs.userSessionId from PersistentClientSessionEntity cs"
            + " where cs.userSessionId = n.sessionId and cs.clientId = n.clientId)))")
@NamedQuery(
    name = "bulwarkNoticeOfSessions",
    query =
        "select n from LogoutNotice n where n.clientId = :client and n.sessionId in (:sessions)"
            + " order by n.id")
@NamedQuery(
    name = "bulwarkNoticeWaiting",
    query = "select count(n), min(n.createdAt) from LogoutNotice n where n.state = 'WAITING'")
@NamedQuery(
    name = "bulwarkNoticeDeadCount",
    query = "select count(n) from LogoutNotice n where n.state = 'DEAD'")
@NamedQuery(
    name = "bulwarkNoticeDeadCountOfRealm",
    query = "select count(n) from LogoutNotice n where n.realmId = :realm and n.state = 'DEAD'")
@NamedQuery(
    name = "bulwarkNoticeDeadOfRealm",
    query =
        "select n from LogoutNotice n where n.realmId = :realm and n.state = 'DEAD' order by n.id")
@NamedQuery(
    name = "bulwarkNoticeDeadOne",
    query =
        "select n from LogoutNotice n where n.realmId = :realm and n.state = 'DEAD'"
            + " and n.id = :id")
@NamedQuery(
    name = "bulwarkNoticeOfClient",
    query = "select n from LogoutNotice n where n.clientId = :client order by n.id")
@NamedQuery(
    name = "bulwarkNoticeWaitingOfClient",
    query =
        "select n from LogoutNotice n where n.clientId = :client and n.state = 'WAITING'"
            + " order by n.id")
@NamedQuery(
    name = "bulwarkNoticeWithoutRealm",
    query =
        "select n from LogoutNotice n where n.state = 'DEAD'"
            + " and not exists (select r.id from RealmEntity r where r.id = n.realmId)")
@NamedQuery(
    name = "bulwarkNoticeSettled",
    query =
        "select n from LogoutNotice n where n.state = 'DELIVERED' and n.nextAt <= :before"
            // It follows from the time of the delivery, and there is an index for it.
            + " and n.createdAt <= :before"
            + " and not exists (select us.userSessionId from PersistentUserSessionEntity us"
            + " where us.userSessionId = n.sessionId and us.offline = n.offline)"
            + " and not exists (select w.id from LogoutNotice w where w.sessionId = n.sessionId"
            + " and w.clientId = n.clientId and w.state = 'WAITING')")
@NullUnmarked
public class LogoutNotice {

  @Id
  @GeneratedValue(strategy = GenerationType.IDENTITY)
  @Column(name = "ID")
  private Long id;

  @Column(name = "REALM_ID", length = 36, nullable = false)
  private String realmId;

  @Column(name = "CLIENT_ID", length = 36, nullable = false)
  private String clientId;

  @Column(name = "SESSION_ID", length = 36, nullable = false)
  private String sessionId;

  @Column(name = "USER_ID", length = 255)
  private String userId;

  @Column(name = "OFFLINE_FLAG", length = 4, nullable = false)
  private String offline;

  @Column(name = "CAUSE", length = 16, nullable = false)
  private String cause;

  @Column(name = "CREATED_AT", nullable = false)
  private long createdAt;

  @Column(name = "REVIVED_AT", nullable = false)
  private long revivedAt;

  @Column(name = "LAST_USED", nullable = false)
  private int lastUsed;

  @Column(name = "NEXT_AT", nullable = false)
  private long nextAt;

  @Column(name = "ATTEMPTS", nullable = false)
  private int attempts;

  @Column(name = "STATE", length = 16, nullable = false)
  private String state;

  @Column(name = "REASON", length = ReceiverRow.MAX_REASON)
  private String reason;

  @Column(name = "SESSION_DATA")
  private String sessionData;

  /** For Hibernate. */
  protected LogoutNotice() {}

  /**
   * Makes one that is due at once.
   *
   * @param now epoch milliseconds
   */
  public LogoutNotice(EndedClientSession session, Cause cause, long now) {
    this.realmId = session.realmId();
    this.clientId = session.clientId();
    this.sessionId = session.sessionId();
    this.userId = session.userId();
    this.offline = session.offline() ? "1" : "0";
    this.lastUsed = session.lastUsed();
    this.sessionData = session.data();
    this.cause = cause.name();
    this.createdAt = now;
    this.nextAt = now;
    this.state = NoticeState.WAITING.name();
  }

  public Long getId() {
    return id;
  }

  /**
   * The same for every attempt to deliver it, and another one for each notice. The number of the
   * row alone would not do: a database that was restored gives it again.
   */
  public String tokenId() {
    return UUID.nameUUIDFromBytes(
            (id + "/" + clientId + "/" + sessionId + "/" + createdAt).getBytes(UTF_8))
        .toString();
  }

  public String getRealmId() {
    return realmId;
  }

  /** Keycloak's own id of the client, not its {@code client_id}. */
  public String getClientId() {
    return clientId;
  }

  /** Claim {@code sid}. */
  public String getSessionId() {
    return sessionId;
  }

  public String getUserId() {
    return userId;
  }

  public boolean isOffline() {
    return "1".equals(offline);
  }

  public Cause getCause() {
    return Cause.valueOf(cause);
  }

  /** Epoch milliseconds. */
  public long getCreatedAt() {
    return createdAt;
  }

  /** When the client last got tokens of the session, seconds since 1970. */
  public int getLastUsed() {
    return lastUsed;
  }

  /** When it can be sent, epoch milliseconds; of a delivered one, when that was. */
  public long getNextAt() {
    return nextAt;
  }

  /** Attempts that failed for this notice alone. */
  public int getAttempts() {
    return attempts;
  }

  public NoticeState getState() {
    return NoticeState.valueOf(state);
  }

  /** Outcome of the last attempt; null before the first. */
  public String getReason() {
    return reason;
  }

  /** What Keycloak stores of the client's part of the session: JSON. */
  public String getSessionData() {
    return sessionData;
  }

  /**
   * Has it wait after an attempt that failed for this notice alone.
   *
   * @param until epoch milliseconds
   */
  public void hold(long until, String outcome) {
    nextAt = until;
    reason = ReceiverRow.storable(outcome);
    attempts++;
  }

  /**
   * Has it wait behind others after an attempt that may not have failed for this notice alone.
   *
   * @param until epoch milliseconds
   */
  public void putBack(long until, String outcome) {
    nextAt = until;
    reason = ReceiverRow.storable(outcome);
  }

  /**
   * The receiver has acknowledged it.
   *
   * @param now epoch milliseconds
   */
  public void delivered(long now) {
    state = NoticeState.DELIVERED.name();
    nextAt = now;
    reason = null;
    sessionData = null;
  }

  /** It is not sent any more. */
  public void markDead(String why) {
    state = NoticeState.DEAD.name();
    reason = ReceiverRow.storable(why);
  }

  /**
   * A dead letter is sent again, with the same token id.
   *
   * @param now epoch milliseconds; its useful life begins anew
   */
  public void revive(long now) {
    state = NoticeState.WAITING.name();
    nextAt = now;
    revivedAt = now;
    attempts = 0;
    reason = null;
  }

  /** Since when it is tried: its creation, or the last time when an administrator sent it again. */
  public long triedSince() {
    return Math.max(createdAt, revivedAt);
  }
}
