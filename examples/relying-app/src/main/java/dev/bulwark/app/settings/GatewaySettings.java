package dev.bulwark.app.settings;

import java.util.List;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * The gateways that check API keys in front of this application.
 *
 * @param trustedAddresses addresses or networks (CIDR) whose {@code X-Auth-…} headers are believed;
 *     empty: nobody's
 */
@ConfigurationProperties("app.gateway")
public record GatewaySettings(@DefaultValue List<String> trustedAddresses) {

  /** Copies the list. */
  public GatewaySettings {
    trustedAddresses = List.copyOf(trustedAddresses);
  }
}
