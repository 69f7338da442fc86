package dev.bulwark.backchannel.delivery;

import dev.bulwark.backchannel.outbox.LogoutNotice;
import org.keycloak.models.session.PersistentClientSessionModel;

/** The client session of a notice, as Keycloak's adapter reads it. It is not changed. */
final class StoredClientSession implements PersistentClientSessionModel {

  private final LogoutNotice notice;

  StoredClientSession(LogoutNotice notice) {
    this.notice = notice;
  }

  @Override
  public String getUserSessionId() {
    return notice.getSessionId();
  }

  @Override
  public String getClientId() {
    return notice.getClientId();
  }

  @Override
  public int getTimestamp() {
    return notice.getLastUsed();
  }

  @Override
  public String getData() {
    return notice.getSessionData() == null ? "{}" : notice.getSessionData();
  }

  @Override
  public void setUserSessionId(String userSessionId) {}

  @Override
  public void setClientId(String clientId) {}

  @Override
  public void setTimestamp(int timestamp) {}

  @Override
  public void setData(String data) {}
}
