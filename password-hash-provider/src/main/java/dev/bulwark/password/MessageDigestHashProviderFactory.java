package dev.bulwark.password;

import dev.bulwark.password.foreign.DigestVerifier;

/** Provider {@code message-digest}. */
public final class MessageDigestHashProviderFactory extends ForeignHashProviderFactory {

  /** For Keycloak, which finds it by META-INF/services. */
  public MessageDigestHashProviderFactory() {
    super(new DigestVerifier());
  }
}
