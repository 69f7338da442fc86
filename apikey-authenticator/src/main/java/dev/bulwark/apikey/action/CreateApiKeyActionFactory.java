package dev.bulwark.apikey.action;

import dev.bulwark.apikey.credential.ApiKeyCredentialModel;
import dev.bulwark.apikey.key.secret.ApiKeyFormat;
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
          .helpText(
              "Maximum number of API keys that a user or client has at the same time (0 to 10000;"
                  + " 0 means that no keys are made).")
          .type(ProviderConfigProperty.INTEGER_TYPE)
          .defaultValue(RealmLimits.DEFAULT_MAX_KEYS)
          .add()
          .property()
          .name(RealmLimits.MAX_LIFE_DAYS)
          .label("Maximum lifetime (days)")
          .helpText("Maximum lifetime of a new key in days (0 to 3650; 0 means no limit).")
          .type(ProviderConfigProperty.INTEGER_TYPE)
          .defaultValue(RealmLimits.DEFAULT_MAX_LIFE_DAYS)
          .add()
          .property()
          .name(RealmLimits.PREFIX)
          .label("Prefix")
          .helpText(
              "Beginning of new keys, before the underscore: 2 to 16 lower-case letters and digits."
                  + " Keys with an earlier prefix continue to work.")
          .type(ProviderConfigProperty.STRING_TYPE)
          .defaultValue(ApiKeyFormat.DEFAULT_PREFIX)
          .add()
          .property()
          .name(RealmLimits.SCOPES)
          .label("Allowed scopes")
          .helpText(
              "Client scopes that keys may have. Empty: all own client scopes of the realm that are"
                  + " included in the token's scope.")
          .type(ProviderConfigProperty.MULTIVALUED_STRING_TYPE)
          .add()
          .property()
          .name(RealmLimits.RATE_LIMIT_REQUESTS)
          .label("Rate limit (requests)")
          .helpText(
              "Number of requests in one window that a key without a rate limit of its own may make"
                  + " (0 to 100000000; 0 means no limit).")
          .type(ProviderConfigProperty.INTEGER_TYPE)
          .defaultValue(0)
          .add()
          .property()
          .name(RealmLimits.RATE_LIMIT_SECONDS)
          .label("Rate limit (window in seconds)")
          .helpText("Length of the window of that limit in seconds (1 to 2678400).")
          .type(ProviderConfigProperty.INTEGER_TYPE)
          .defaultValue(RealmLimits.DEFAULT_RATE_LIMIT_SECONDS)
          .add()
          .property()
          .name(RealmLimits.OWNERS_LIMIT)
          .label("Owners set rate limits")
          .helpText(
              "Whether owners may set the rate limit of their own keys, within that of the realm."
                  + " Otherwise only administrators set it.")
          .type(ProviderConfigProperty.BOOLEAN_TYPE)
          .defaultValue(true)
          .add()
          .property()
          .name(RealmLimits.OWNERS_NETWORKS)
          .label("Owners set networks")
          .helpText(
              "Whether owners may set the networks from which their own keys may be used. Otherwise"
                  + " only administrators set them.")
          .type(ProviderConfigProperty.BOOLEAN_TYPE)
          .defaultValue(true)
          .add()
          .property()
          .name(RealmLimits.OWNERS_METADATA)
          .label("Owners set metadata")
          .helpText(
              "Whether owners may set the metadata of their own keys. Otherwise only administrators"
                  + " set it.")
          .type(ProviderConfigProperty.BOOLEAN_TYPE)
          .defaultValue(true)
          .add()
          .property()
          .name(KeyCommand.SETTING)
          .label("Command")
          .helpText(
              "Command that the owner of a new key can copy. $KEY stands for the key, $ISSUER for the"
                  + " URL of the realm. Empty: a command that exchanges the key for a token.")
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
