package dev.bulwark.ratelimit.factory;

import dev.bulwark.ratelimit.step.LoginStep;
import org.keycloak.authentication.Authenticator;
import org.keycloak.models.KeycloakSession;
import org.keycloak.protocol.docker.DockerAuthenticatorFactory;

/** {@code docker-http-basic-authenticator}, with the limit. */
public final class LimitedDockerFactory extends DockerAuthenticatorFactory {

  @Override
  public Authenticator create(KeycloakSession session) {
    return LoginStep.DOCKER.limit(super.create(session));
  }

  @Override
  public int order() {
    return LoginStep.ORDER;
  }
}
