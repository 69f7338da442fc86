package dev.bulwark.events.webhook;

import java.util.concurrent.atomic.AtomicBoolean;
import org.jboss.logging.Logger;
import org.keycloak.events.Event;
import org.keycloak.events.EventListenerProvider;
import org.keycloak.events.admin.AdminEvent;

/** Of a server without a receiver: warns once that a realm names the listener in vain. */
final class NoReceiverListener implements EventListenerProvider {

  private static final Logger LOG = Logger.getLogger(NoReceiverListener.class);
  private static final AtomicBoolean WARNED = new AtomicBoolean();

  @Override
  public void onEvent(Event event) {
    warn(event.getRealmName());
  }

  @Override
  public void onEvent(AdminEvent event, boolean includeRepresentation) {
    warn(event.getRealmName());
  }

  private static void warn(String realm) {
    if (WARNED.compareAndSet(false, true)) {
      LOG.warnf(
          "Realm %s names the event listener %s, but no receiver is configured: no event is"
              + " delivered. Set spi-events-listener--%s--url and --secret, or take the listener"
              + " out of the realm",
          realm, WebhookListenerFactory.ID, WebhookListenerFactory.ID);
    }
  }

  @Override
  public void close() {}
}
