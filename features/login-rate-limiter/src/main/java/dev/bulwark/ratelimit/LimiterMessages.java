package dev.bulwark.ratelimit;

import dev.bulwark.factory.MessagesFactory;

/** Texts of the pages that the limiter shows. */
public final class LimiterMessages extends MessagesFactory {

  /** For Keycloak, which finds it by META-INF/services. */
  public LimiterMessages() {
    super("bulwark-login-limits");
  }
}
