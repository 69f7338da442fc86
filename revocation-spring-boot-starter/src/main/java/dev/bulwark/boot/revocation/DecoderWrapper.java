package dev.bulwark.boot.revocation;

import dev.bulwark.checker.RevocationChecker;
import dev.bulwark.checker.spring.RevocationJwtDecoder;
import dev.bulwark.checker.spring.RevocationReactiveJwtDecoder;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.security.oauth2.jwt.JwtDecoder;
import org.springframework.security.oauth2.jwt.ReactiveJwtDecoder;

/**
 * Wraps the decoders of the application, its own and Spring Boot's: the question to Redis comes
 * after their validators, whatever they are.
 */
final class DecoderWrapper implements BeanPostProcessor {

  private final ObjectProvider<RevocationChecker> checker;

  DecoderWrapper(ObjectProvider<RevocationChecker> checker) {
    this.checker = checker;
  }

  @Override
  public Object postProcessAfterInitialization(Object bean, String name) {
    if (bean instanceof JwtDecoder decoder && !(bean instanceof RevocationJwtDecoder)) {
      return new RevocationJwtDecoder(decoder, checker.getObject());
    }
    if (bean instanceof ReactiveJwtDecoder decoder
        && !(bean instanceof RevocationReactiveJwtDecoder)) {
      return new RevocationReactiveJwtDecoder(decoder, checker.getObject());
    }
    return bean;
  }
}
