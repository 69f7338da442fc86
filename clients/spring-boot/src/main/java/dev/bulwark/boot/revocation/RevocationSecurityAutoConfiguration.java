package dev.bulwark.boot.revocation;

import dev.bulwark.checker.RevocationChecker;
import dev.bulwark.checker.spring.RevocationUnknownFilter;
import dev.bulwark.checker.spring.RevocationUnknownWebFilter;
import dev.bulwark.checker.spring.RevocationValidator;
import dev.bulwark.checker.spring.StatusListValidator;
import dev.bulwark.checker.statuslist.StatusListChecker;
import jakarta.servlet.Filter;
import java.util.Set;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.AnyNestedCondition;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.web.servlet.FilterRegistrationBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Conditional;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.security.oauth2.jwt.JwtDecoder;
import org.springframework.web.server.WebFilter;

/**
 * The check in Spring Security's resource server: every decoder checks the tokens that it has
 * accepted, and what nobody can tell is answered with 503.
 */
@AutoConfiguration(after = {RevocationAutoConfiguration.class, StatusListAutoConfiguration.class})
@ConditionalOnClass(JwtDecoder.class)
@Conditional(RevocationSecurityAutoConfiguration.WithChecker.class)
@ConditionalOnProperty(name = "bulwark.revocation.wrap-decoders", matchIfMissing = true)
@EnableConfigurationProperties(RevocationProperties.class)
public class RevocationSecurityAutoConfiguration {

  /** There is one or the other. */
  static final class WithChecker extends AnyNestedCondition {

    WithChecker() {
      super(ConfigurationPhase.REGISTER_BEAN);
    }

    @ConditionalOnBean(RevocationChecker.class)
    static class Redis {}

    @ConditionalOnBean(StatusListChecker.class)
    static class Lists {}
  }

  @Bean
  static DecoderWrapper revocationDecoderWrapper(
      ObjectProvider<RevocationChecker> redis,
      ObjectProvider<StatusListChecker> lists,
      ObjectProvider<RevocationProperties> properties) {
    return new DecoderWrapper(
        () -> {
          StatusListChecker checker = lists.getIfAvailable();
          Set<String> types = properties.getObject().tokenTypes();
          return checker == null
              ? new RevocationValidator(redis.getObject(), types)
              : new StatusListValidator(checker, types);
        });
  }

  /** For Spring MVC. */
  @Configuration(proxyBeanMethods = false)
  @ConditionalOnClass(Filter.class)
  @ConditionalOnWebApplication(type = ConditionalOnWebApplication.Type.SERVLET)
  static class Servlet {

    @Bean
    @ConditionalOnMissingBean(name = "revocationUnknownFilter")
    FilterRegistrationBean<RevocationUnknownFilter> revocationUnknownFilter() {
      FilterRegistrationBean<RevocationUnknownFilter> registration =
          new FilterRegistrationBean<>(new RevocationUnknownFilter());
      registration.setOrder(Ordered.HIGHEST_PRECEDENCE + 10);
      return registration;
    }
  }

  /** For WebFlux. */
  @Configuration(proxyBeanMethods = false)
  @ConditionalOnClass(WebFilter.class)
  @ConditionalOnWebApplication(type = ConditionalOnWebApplication.Type.REACTIVE)
  static class Reactive {

    @Bean
    @Order(Ordered.HIGHEST_PRECEDENCE + 10)
    @ConditionalOnMissingBean
    RevocationUnknownWebFilter revocationUnknownFilter() {
      return new RevocationUnknownWebFilter();
    }
  }
}
