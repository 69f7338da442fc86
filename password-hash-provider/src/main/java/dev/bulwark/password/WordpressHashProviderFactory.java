package dev.bulwark.password;

import dev.bulwark.password.foreign.WordpressVerifier;

/** Provider {@code wordpress-bcrypt}. */
public final class WordpressHashProviderFactory extends ForeignHashProviderFactory {

  /** For Keycloak, which finds it by META-INF/services. */
  public WordpressHashProviderFactory() {
    super(new WordpressVerifier());
  }
}
