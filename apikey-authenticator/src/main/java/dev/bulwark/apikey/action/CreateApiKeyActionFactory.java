package dev.bulwark.apikey.action;

import dev.bulwark.apikey.credential.ApiKeyCredentialModel;
import dev.bulwark.apikey.key.ApiKeyFormat;
import dev.bulwark.apikey.manage.RealmLimits;
import dev.bulwark.apikey.page.KeyCommand;
import java.util.List;
import java.util.stream.Stream;
import org.keycloak.Config;
import org.keycloak.authentication.CredentialRegistrator;
import org.keycloak.authentication.RequiredActionFactory;
import org.keycloak.authentication.RequiredActionProvider;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.KeycloakSessionFactory;
import org.keycloak.models.RealmModel;
import org.keycloak.models.RequiredActionConfigModel;
import org.keycloak.provider.ProviderConfigProperty;
import org.keycloak.provider.ProviderConfigurationBuilder;
import org.keycloak.sessions.AuthenticationSessionModel;

/**
 * Registers the action and the limits of a realm, which administrators set in the admin console
 * (Authentication, Required actions).
 */
public final class CreateApiKeyActionFactory
    implements RequiredActionFactory, CredentialRegistrator {

  private static final List<ProviderConfigProperty> LIMITS =
      ProviderConfigurationBuilder.create()
          .property()
          .name(RealmLimits.MAX_KEYS)
          .label("Maximum keys per owner")
          .helpText("How many API keys one user or client has at once (1 to 10000).")
          .type(ProviderConfigProperty.INTEGER_TYPE)
          .defaultValue(RealmLimits.DEFAULT_MAX_KEYS)
          .add()
          .property()
          .name(RealmLimits.MAX_LIFE_DAYS)
          .label("Maximum lifetime (days)")
          .helpText("Days after which every new key has expired (0 to 3650, 0 for any time).")
          .type(ProviderConfigProperty.INTEGER_TYPE)
          .defaultValue(0)
          .add()
          .property()
          .name(RealmLimits.PREFIX)
          .label("Prefix")
          .helpText(
              "What new keys begin with, before the underscore: 2 to 16 lower-case letters and"
                  + " digits. Keys with an earlier prefix go on working.")
          .type(ProviderConfigProperty.STRING_TYPE)
          .defaultValue(ApiKeyFormat.DEFAULT_PREFIX)
          .add()
          .property()
          .name(RealmLimits.SCOPES)
          .label("Allowed scopes")
          .helpText(
              "Client scopes that keys may carry. None: all of the realm's own that are included"
                  + " in the token's scope.")
          .type(ProviderConfigProperty.MULTIVALUED_STRING_TYPE)
          .add()
          .property()
          .name(KeyCommand.SETTING)
          .label("Command")
          .helpText(
              "What the owner of a new key is shown to paste. $KEY stands for the key, $ISSUER for"
                  + " the address of the realm. Empty: an exchange for a token.")
          .type(ProviderConfigProperty.TEXT_TYPE)
          .add()
          .build();

  @Override
  public String getId() {
    return RealmLimits.ACTION;
  }

  @Override
  public String getDisplayText() {
    return "Create API Key";
  }

  @Override
  public RequiredActionProvider create(KeycloakSession session) {
    return new CreateApiKeyAction(session);
  }

  @Override
  public String getCredentialType(
      KeycloakSession session, AuthenticationSessionModel authenticationSession) {
    return ApiKeyCredentialModel.TYPE;
  }

  @Override
  public List<ProviderConfigProperty> getConfigMetadata() {
    return Stream.concat(LIMITS.stream(), RequiredActionFactory.super.getConfigMetadata().stream())
        .toList();
  }

  @Override
  public void validateConfig(
      KeycloakSession session, RealmModel realm, RequiredActionConfigModel model) {
    RequiredActionFactory.super.validateConfig(session, realm, model);
    RealmLimits.of(model.getConfig());
    KeyCommand.validate(model.getConfig().getOrDefault(KeyCommand.SETTING, ""));
  }

  @Override
  public void init(Config.Scope config) {}

  @Override
  public void postInit(KeycloakSessionFactory factory) {}

  @Override
  public void close() {}
}
