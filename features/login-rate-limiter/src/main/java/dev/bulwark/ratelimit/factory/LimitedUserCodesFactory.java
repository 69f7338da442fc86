package dev.bulwark.ratelimit.factory;

import dev.bulwark.ratelimit.step.LimitedUserCodes;
import dev.bulwark.ratelimit.step.LoginStep;
import org.keycloak.models.DefaultOAuth2DeviceUserCodeProviderFactory;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.OAuth2DeviceUserCodeProvider;

/** {@code default} of the SPI {@code oauth2-device-user-code}, with the limit. */
public final class LimitedUserCodesFactory extends DefaultOAuth2DeviceUserCodeProviderFactory {

  @Override
  public OAuth2DeviceUserCodeProvider create(KeycloakSession session) {
    return new LimitedUserCodes(super.create(session), session);
  }

  @Override
  public int order() {
    return LoginStep.ORDER;
  }
}
