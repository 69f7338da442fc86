package dev.bulwark.benchmarks.relyingapp;

import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.security.oauth2.core.OAuth2TokenValidator;
import org.springframework.security.oauth2.core.OAuth2TokenValidatorResult;
import org.springframework.security.oauth2.jwt.Jwt;

/**
 * Takes the place of the relying app's validator {@code notRevoked}: the app itself has no switch
 * for that. Loaded in the app's own process.
 */
@Configuration(proxyBeanMethods = false)
public class WithoutRevocation {

  @Bean
  OAuth2TokenValidator<Jwt> notRevoked() {
    return token -> OAuth2TokenValidatorResult.success();
  }
}
