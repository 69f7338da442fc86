package dev.bulwark.statuslist.store;

import dev.bulwark.factory.TablesFactory;

/** The tables of the lists; Liquibase's is {@code DATABASECHANGELOG_TOKENSTATU}. */
public final class StatusEntityProviderFactory extends TablesFactory {

  /** For Keycloak, which finds it by META-INF/services. */
  public StatusEntityProviderFactory() {
    super("tokenstatus-bulwark", "META-INF/bulwark-token-status-changelog.xml");
  }
}
