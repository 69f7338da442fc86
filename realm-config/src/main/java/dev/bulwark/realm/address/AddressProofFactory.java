package dev.bulwark.realm.address;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.keycloak.Config;
import org.keycloak.authentication.Authenticator;
import org.keycloak.authentication.AuthenticatorFactory;
import org.keycloak.models.AuthenticationExecutionModel.Requirement;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.KeycloakSessionFactory;
import org.keycloak.provider.ProviderConfigProperty;

/** Registers {@link AddressProof} as <i>Address proof by reset mail</i>. */
public final class AddressProofFactory implements AuthenticatorFactory {

  /** Realm files name the step by it: never change it. */
  static final String ID = "bulwark-address-proof";

  private static final Requirement[] REQUIREMENTS = {Requirement.REQUIRED, Requirement.DISABLED};

  @Override
  public String getId() {
    return ID;
  }

  @Override
  public Authenticator create(KeycloakSession session) {
    return AddressProof.INSTANCE;
  }

  @Override
  public String getDisplayType() {
    return "Address proof by reset mail";
  }

  @Override
  public String getHelpText() {
    return "Place it after \"Send Reset Email\": the link in the mail proves the e-mail address. If the"
        + " address was not proven before, linked identity providers and passkeys of the account are"
        + " removed, because somebody else may have added them.";
  }

  @Override
  public @Nullable String getReferenceCategory() {
    return null;
  }

  @Override
  public boolean isConfigurable() {
    return false;
  }

  @Override
  public List<ProviderConfigProperty> getConfigProperties() {
    return List.of();
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
