package dev.bulwark.app.settings;

import java.net.URI;
import org.springframework.boot.context.properties.ConfigurationProperties;

/**
 * Where this application is, as browsers see it. What leads back to it from elsewhere is built from
 * this, not from what a request says of itself; within it, redirects are paths.
 *
 * @param url without a path; HTTPS, or HTTP on this machine
 */
@ConfigurationProperties("app")
public record AppSettings(URI url) {

  /** Checks the address. */
  public AppSettings {
    Addresses.requireSafe("app.url (RELYING_APP_URL)", url);
    if (!url.getPath().isEmpty()) {
      throw new IllegalArgumentException(
          "app.url (RELYING_APP_URL) must end with the host or the port: " + url);
    }
  }

  /** Whether browsers come by HTTPS. */
  public boolean isSecure() {
    return "https".equals(url.getScheme());
  }

  /** An address of this application. */
  public String at(String path) {
    return url + path;
  }
}
