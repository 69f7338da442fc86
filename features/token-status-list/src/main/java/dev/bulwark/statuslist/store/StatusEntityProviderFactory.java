package dev.bulwark.statuslist.store;

import dev.bulwark.contract.KeycloakFeature;
import dev.bulwark.factory.TablesFactory;
import org.jboss.logging.Logger;
import org.keycloak.common.Version;
import org.keycloak.models.KeycloakSessionFactory;

/** The tables of the lists; Liquibase's is {@code DATABASECHANGELOG_TOKENSTATU}. */
public final class StatusEntityProviderFactory extends TablesFactory {

  private static final Logger LOG = Logger.getLogger(StatusEntityProviderFactory.class);

  /** For Keycloak, which finds it by META-INF/services. */
  public StatusEntityProviderFactory() {
    super("tokenstatus-bulwark", "META-INF/bulwark-token-status-changelog.xml");
  }

  /**
   * One line where there are no lists. Keycloak does not load the module's other factories there.
   */
  @Override
  public void postInit(KeycloakSessionFactory factory) {
    if (!KeycloakFeature.TOKEN_LEDGER.isPresent()) {
      LOG.warnf(
          "Token status lists are off: Keycloak %s lacks what the ledger of tokens needs. Keycloak"
              + " %s has it.",
          Version.VERSION, KeycloakFeature.TOKEN_LEDGER.availableIn());
    }
  }
}
