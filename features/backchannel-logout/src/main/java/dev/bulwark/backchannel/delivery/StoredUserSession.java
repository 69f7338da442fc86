package dev.bulwark.backchannel.delivery;

import dev.bulwark.backchannel.outbox.LogoutNotice;
import org.keycloak.models.session.PersistentUserSessionModel;

/** The user session of a notice, as Keycloak's adapter reads it. It is not changed. */
final class StoredUserSession implements PersistentUserSessionModel {

  private final LogoutNotice notice;

  StoredUserSession(LogoutNotice notice) {
    this.notice = notice;
  }

  @Override
  public String getUserSessionId() {
    return notice.getSessionId();
  }

  @Override
  public int getStarted() {
    return notice.getLastUsed();
  }

  @Override
  public int getLastSessionRefresh() {
    return notice.getLastUsed();
  }

  @Override
  public boolean isOffline() {
    return notice.isOffline();
  }

  @Override
  public String getData() {
    return "{}";
  }

  @Override
  public boolean isRememberMe() {
    return false;
  }

  @Override
  public void setUserSessionId(String userSessionId) {}

  @Override
  public void setStarted(int started) {}

  @Override
  public void setLastSessionRefresh(int lastSessionRefresh) {}

  @Override
  public void setOffline(boolean offline) {}

  @Override
  public void setData(String data) {}

  @Override
  public void setRealmId(String realmId) {}

  @Override
  public void setUserId(String userId) {}

  @Override
  public void setBrokerSessionId(String brokerSessionId) {}

  @Override
  public void setRememberMe(boolean rememberMe) {}
}
