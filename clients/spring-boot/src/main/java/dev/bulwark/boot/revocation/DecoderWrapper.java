package dev.bulwark.boot.revocation;

import dev.bulwark.checker.spring.RevocationJwtDecoder;
import dev.bulwark.checker.spring.RevocationReactiveJwtDecoder;
import java.util.function.Supplier;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.security.oauth2.core.OAuth2TokenValidator;
import org.springframework.security.oauth2.jwt.Jwt;
import org.springframework.security.oauth2.jwt.JwtDecoder;
import org.springframework.security.oauth2.jwt.ReactiveJwtDecoder;

/**
 * Wraps the decoders of the application, its own and Spring Boot's: the check comes after their
 * validators, whatever they are.
 */
final class DecoderWrapper implements BeanPostProcessor {

  private final Supplier<OAuth2TokenValidator<Jwt>> validator;

  /**
   * A wrapper.
   *
   * @param validator asked at the first decoder, when the beans are there
   */
  DecoderWrapper(Supplier<OAuth2TokenValidator<Jwt>> validator) {
    this.validator = validator;
  }

  @Override
  public Object postProcessAfterInitialization(Object bean, String name) {
    if (bean instanceof JwtDecoder decoder && !(bean instanceof RevocationJwtDecoder)) {
      return new RevocationJwtDecoder(decoder, validator.get());
    }
    if (bean instanceof ReactiveJwtDecoder decoder
        && !(bean instanceof RevocationReactiveJwtDecoder)) {
      return new RevocationReactiveJwtDecoder(decoder, validator.get());
    }
    return bean;
  }
}
