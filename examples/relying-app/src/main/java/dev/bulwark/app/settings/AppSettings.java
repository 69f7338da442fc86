package dev.bulwark.app.settings;

import java.net.URI;
import org.springframework.boot.context.properties.ConfigurationProperties;

/**
 * The URL of this application in browsers. Links from elsewhere are built from it and not from the
 * headers of a request. Redirects within the application are paths.
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
