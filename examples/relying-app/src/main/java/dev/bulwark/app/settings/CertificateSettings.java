package dev.bulwark.app.settings;

import java.util.List;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * The source of client certificates when a proxy in front of this application ends TLS.
 *
 * @param proxies addresses or networks (CIDR) whose header {@code Client-Cert} is believed; empty:
 *     nobody's
 */
@ConfigurationProperties("app.certificate")
public record CertificateSettings(@DefaultValue List<String> proxies) {

  /** Copies the list. */
  public CertificateSettings {
    proxies = List.copyOf(proxies);
  }
}
