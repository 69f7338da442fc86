package dev.bulwark.notify;

import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.keycloak.device.DeviceRepresentationProvider;
import org.keycloak.events.Details;
import org.keycloak.events.Event;
import org.keycloak.events.EventListenerProvider;
import org.keycloak.events.EventListenerTransaction;
import org.keycloak.events.EventType;
import org.keycloak.events.admin.AdminEvent;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;
import org.keycloak.representations.account.DeviceRepresentation;

/** Queues the mails of one session, once its transaction is committed. For one thread. */
final class NotificationListener implements EventListenerProvider {

  /**
   * Attribute of the session, a Boolean, that the module login-rate-limiter sets at a login in a
   * browser: whether this user has logged in on the device before.
   */
  private static final String DEVICE_KNOWN = "bulwark.device-known";

  private final KeycloakSession session;
  private final MailQueue mails;
  private final boolean newDevices;
  private final EventListenerTransaction transaction =
      new EventListenerTransaction((event, representation) -> queue(event), this::queue);

  NotificationListener(KeycloakSession session, MailQueue mails, boolean newDevices) {
    this.session = session;
    this.mails = mails;
    this.newDevices = newDevices;
    session.getTransactionManager().enlistAfterCompletion(transaction);
  }

  @Override
  public void onEvent(Event event) {
    if (event.getUserId() != null
        && event.getRealmId() != null
        && (event.getType() == EventType.LOGIN || Occasions.of(event).isPresent())) {
      transaction.addEvent(event);
    }
  }

  @Override
  public void onEvent(AdminEvent event, boolean includeRepresentation) {
    if (event.getRealmId() != null && Occasions.of(event).isPresent()) {
      transaction.addAdminEvent(event, includeRepresentation);
    }
  }

  private void queue(Event event) {
    if (event.getType() == EventType.LOGIN) {
      // By now all listeners have seen the login, the one that knows the device among them.
      if (newDevices && Boolean.FALSE.equals(session.getAttribute(DEVICE_KNOWN, Boolean.class))) {
        queue(event, Occasion.LOGIN_FROM_NEW_DEVICE);
      }
      return;
    }
    Occasions.of(event).ifPresent(occasion -> queue(event, occasion));
  }

  private void queue(Event event, Occasion occasion) {
    mails.add(
        new Notification(
            occasion,
            event.getRealmId(),
            event.getUserId(),
            event.getTime(),
            event.getIpAddress(),
            event.getDetails() == null
                ? null
                : event.getDetails().get(Details.CREDENTIAL_USER_LABEL),
            occasion == Occasion.LOGIN_FROM_NEW_DEVICE ? device() : null,
            locale(event.getRealmId())));
  }

  private void queue(AdminEvent event) {
    Occasions.of(event)
        .ifPresent(
            change ->
                mails.add(
                    new Notification(
                        change.occasion(),
                        event.getRealmId(),
                        change.userId(),
                        event.getTime(),
                        // The administrator's address and language are not the user's business.
                        null,
                        null,
                        null,
                        null)));
  }

  private @Nullable String device() {
    @Nullable DeviceRepresentationProvider provider =
        session.getProvider(DeviceRepresentationProvider.class);
    @Nullable DeviceRepresentation device =
        provider == null ? null : provider.deviceRepresentation();
    return device == null ? null : device.getBrowser() + ", " + device.getOs();
  }

  /** The language of the request, in a realm that is the event's; null in any other. */
  private @Nullable Locale locale(String realmId) {
    @Nullable RealmModel realm = session.getContext().getRealm();
    return realm != null && realm.getId().equals(realmId)
        ? session.getContext().resolveLocale(null)
        : null;
  }

  @Override
  public void close() {
    // Holds nothing.
  }
}
