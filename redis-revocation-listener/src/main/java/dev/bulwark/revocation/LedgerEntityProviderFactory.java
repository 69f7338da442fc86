package dev.bulwark.revocation;

import dev.bulwark.factory.TablesFactory;

/** The tables of the ledger; Liquibase's is {@code DATABASECHANGELOG_REVOCATION}. */
public final class LedgerEntityProviderFactory extends TablesFactory {

  /** For Keycloak, which finds it by META-INF/services. */
  public LedgerEntityProviderFactory() {
    super("revocation-ledger", "META-INF/bulwark-revocation-changelog.xml");
  }
}
