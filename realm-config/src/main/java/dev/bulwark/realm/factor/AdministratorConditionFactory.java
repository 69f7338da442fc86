package dev.bulwark.realm.factor;

import java.util.List;
import org.keycloak.Config;
import org.keycloak.authentication.authenticators.conditional.ConditionalAuthenticator;
import org.keycloak.authentication.authenticators.conditional.ConditionalAuthenticatorFactory;
import org.keycloak.models.AuthenticationExecutionModel.Requirement;
import org.keycloak.models.KeycloakSessionFactory;
import org.keycloak.provider.ProviderConfigProperty;

/** Registers {@link AdministratorCondition} as <i>Condition - administrator</i>. */
public final class AdministratorConditionFactory implements ConditionalAuthenticatorFactory {

  /** Realm files name the condition by it: never change it. */
  static final String ID = "conditional-administrator";

  private static final Requirement[] REQUIREMENTS = {Requirement.REQUIRED, Requirement.DISABLED};

  @Override
  public String getId() {
    return ID;
  }

  @Override
  public ConditionalAuthenticator getSingleton() {
    return AdministratorCondition.INSTANCE;
  }

  @Override
  public String getDisplayType() {
    return "Condition - administrator";
  }

  @Override
  public String getHelpText() {
    return "The flow runs only if the user has an administrative role: any role of the client"
        + " realm-management, or one of the realm roles below. The user may have the role directly,"
        + " through a composite role, or through a group.";
  }

  @Override
  public boolean isConfigurable() {
    return true;
  }

  @Override
  public List<ProviderConfigProperty> getConfigProperties() {
    ProviderConfigProperty roles = new ProviderConfigProperty();
    roles.setName(AdministratorCondition.ROLES);
    roles.setLabel("Further realm roles");
    roles.setHelpText(
        "Realm roles that count as administrative too, for example those of an application.");
    roles.setType(ProviderConfigProperty.MULTIVALUED_STRING_TYPE);
    return List.of(roles);
  }

  @Override
  public Requirement[] getRequirementChoices() {
    return REQUIREMENTS.clone();
  }

  @Override
  public boolean isUserSetupAllowed() {
    return false;
  }

  @Override
  public void init(Config.Scope config) {
    // Nothing to configure.
  }

  @Override
  public void postInit(KeycloakSessionFactory factory) {
    // Nothing to prepare.
  }

  @Override
  public void close() {
    // Nothing to release.
  }
}
