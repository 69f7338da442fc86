package dev.bulwark.notify;

import dev.bulwark.factory.MessagesFactory;

/** Texts of the mails. */
public final class NotificationMessages extends MessagesFactory {

  /** For Keycloak, which finds it by META-INF/services. */
  public NotificationMessages() {
    super("bulwark-notifications");
  }
}
