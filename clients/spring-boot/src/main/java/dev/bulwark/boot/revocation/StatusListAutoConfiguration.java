package dev.bulwark.boot.revocation;

import com.nimbusds.jwt.SignedJWT;
import dev.bulwark.checker.statuslist.StatusListChecker;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;

/**
 * The checker by Token Status Lists, for an application that must not reach Redis. The realm that
 * {@value #ISSUER} names serves the lists.
 */
@AutoConfiguration
@ConditionalOnProperty(name = "bulwark.revocation.enabled", matchIfMissing = true)
@ConditionalOnClass(SignedJWT.class)
@EnableConfigurationProperties(RevocationProperties.class)
public class StatusListAutoConfiguration {

  /** The property that chooses the lists. */
  static final String ISSUER = "bulwark.revocation.status-list-issuer";

  @Bean
  @ConditionalOnProperty(ISSUER)
  @ConditionalOnMissingBean
  StatusListChecker statusListChecker(RevocationProperties properties) {
    String issuer = properties.statusListIssuer();
    if (issuer == null || !issuer.matches("https?://[^?#]+[^/?#]")) {
      throw new IllegalArgumentException(
          ISSUER + ": the URL of a realm is expected, such as https://sso.example.org/realms/app");
    }
    return new StatusListChecker(issuer);
  }
}
