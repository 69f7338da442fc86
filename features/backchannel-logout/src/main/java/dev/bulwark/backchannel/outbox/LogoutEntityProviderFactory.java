package dev.bulwark.backchannel.outbox;

import dev.bulwark.delivery.ReceiverRow;
import dev.bulwark.factory.TablesFactory;

/** The tables of notices; Liquibase's is {@code DATABASECHANGELOG_LOGOUT_BUL}. */
public final class LogoutEntityProviderFactory extends TablesFactory {

  /** For Keycloak, which finds it by META-INF/services. */
  public LogoutEntityProviderFactory() {
    super(
        "logout-bulwark",
        "META-INF/bulwark-logout-changelog.xml",
        ReceiverRow.class,
        LogoutNotice.class,
        LogoutReceiver.class,
        SearchLock.class);
  }
}
