package dev.bulwark.notify;

import dev.bulwark.contract.LoginDevice;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.keycloak.device.DeviceRepresentationProvider;
import org.keycloak.events.Details;
import org.keycloak.events.Event;
import org.keycloak.events.EventBuilder;
import org.keycloak.events.EventListenerProvider;
import org.keycloak.events.EventListenerTransaction;
import org.keycloak.events.EventType;
import org.keycloak.events.admin.AdminEvent;
import org.keycloak.events.admin.AuthDetails;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;
import org.keycloak.models.UserModel;
import org.keycloak.representations.account.DeviceRepresentation;
import org.keycloak.sessions.AuthenticationSessionModel;

/** Queues the mails of one session, once its transaction is committed. For one thread. */
final class NotificationListener implements EventListenerProvider {

  private final KeycloakSession session;
  private final MailQueue mails;
  private final boolean newDevices;
  private final Map<String, @Nullable FormerIdentity> former = new HashMap<>();
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
    if (event.getRealmId() == null) {
      return;
    }
    boolean identity = Occasions.mayChangeIdentity(event);
    @Nullable String userId = identity ? userId(event) : event.getUserId();
    if (userId == null) {
      return;
    }
    if (identity) {
      remember(event.getRealmId(), userId);
      Event ofUser = event.clone();
      ofUser.setUserId(userId);
      transaction.addEvent(ofUser);
      return;
    }
    if (event.getType() == EventType.LOGIN || Occasions.of(event).isPresent()) {
      transaction.addEvent(event);
    }
  }

  @Override
  public void onEvent(AdminEvent event, boolean includeRepresentation) {
    if (event.getRealmId() == null) {
      return;
    }
    Optional<String> changed = Occasions.changedByAdministrator(event);
    changed.ifPresent(
        userId -> {
          remember(event.getRealmId(), userId);
          reportWritten(event, userId);
        });
    if (changed.isPresent() || Occasions.changesRealm(event) || Occasions.of(event).isPresent()) {
      transaction.addAdminEvent(event, includeRepresentation);
    }
  }

  /**
   * Keycloak's event of an address that is confirmed by the link of a mail names no user where the
   * login is not that of the link; the login knows.
   */
  private @Nullable String userId(Event event) {
    if (event.getUserId() != null) {
      return event.getUserId();
    }
    @Nullable AuthenticationSessionModel login = session.getContext().getAuthenticationSession();
    @Nullable UserModel user = login == null ? null : login.getAuthenticatedUser();
    return user == null ? null : user.getId();
  }

  /** What is in the database as long as this request is not committed. */
  private void remember(String realmId, String userId) {
    if (!former.containsKey(userId)) {
      former.put(userId, FormerIdentity.read(session, realmId, userId));
    }
  }

  /**
   * Sends the user's events of credentials that an administrator has written with the user:
   * Keycloak sends none. The mail follows the event.
   */
  private void reportWritten(AdminEvent event, String userId) {
    @Nullable FormerIdentity before = former.get(userId);
    @Nullable RealmModel realm = session.realms().getRealm(event.getRealmId());
    @Nullable UserModel user = realm == null ? null : session.users().getUserById(realm, userId);
    if (before == null || user == null) {
      return;
    }
    for (String type : before.credentials().typesWrittenUntil(StoredCredentials.of(user))) {
      // Without the administrator's address: it is in the admin event.
      new EventBuilder(realm, session)
          .user(userId)
          .event(EventType.UPDATE_CREDENTIAL)
          .detail(Details.CREDENTIAL_TYPE, type)
          .detail(Occasions.ADMINISTRATOR, administrator(event))
          .success();
    }
  }

  private String administrator(AdminEvent event) {
    @Nullable AuthDetails by = event.getAuthDetails();
    @Nullable RealmModel realm =
        by == null || by.getRealmId() == null ? null : session.realms().getRealm(by.getRealmId());
    @Nullable UserModel user =
        realm == null || by == null || by.getUserId() == null
            ? null
            : session.users().getUserById(realm, by.getUserId());
    return user == null ? "unknown" : user.getUsername();
  }

  private void queue(Event event) {
    if (event.getType() == EventType.LOGIN) {
      // By now all listeners have seen the login, the one that knows the device among them.
      @Nullable LoginDevice device = session.getAttribute(LoginDevice.ATTRIBUTE, LoginDevice.class);
      if (newDevices && device != null && !device.known()) {
        queue(event, Occasion.LOGIN_FROM_NEW_DEVICE);
      }
      return;
    }
    if (Occasions.mayChangeIdentity(event)) {
      queueIdentity(event.getRealmId(), event.getUserId(), event.getTime(), event.getIpAddress());
      return;
    }
    Occasions.of(event).ifPresent(occasion -> queue(event, occasion));
  }

  /** To the former address: whoever has taken the account over has the new one. */
  private void queueIdentity(String realmId, String userId, long time, @Nullable String address) {
    @Nullable FormerIdentity before = former.remove(userId);
    if (before == null || before.address() == null) {
      return;
    }
    @Nullable FormerIdentity now = FormerIdentity.read(session, realmId, userId);
    if (now == null) {
      return;
    }
    Notification mail =
        new Notification(
            Occasion.EMAIL_ADDRESS_CHANGED,
            realmId,
            userId,
            time,
            address,
            null,
            null,
            before.address(),
            locale(realmId, address),
            null);
    if (before.hasOtherAddress(now.email())) {
      mails.add(mail);
    }
    if (!before.name().equals(now.name())) {
      mails.add(mail.about(Occasion.USER_NAME_CHANGED));
    }
  }

  private void queue(Event event, Occasion occasion) {
    mails.add(
        new Notification(
            occasion,
            event.getRealmId(),
            event.getUserId(),
            event.getTime(),
            event.getIpAddress(),
            Occasions.name(event),
            occasion == Occasion.LOGIN_FROM_NEW_DEVICE ? device() : null,
            null,
            locale(event.getRealmId(), event.getIpAddress()),
            Occasions.end(event)));
  }

  private void queue(AdminEvent event) {
    if (Occasions.changesRealm(event)) {
      mails.resume(event.getRealmId());
      return;
    }
    // The administrator's address and language are not the user's business.
    Occasions.changedByAdministrator(event)
        .ifPresent(userId -> queueIdentity(event.getRealmId(), userId, event.getTime(), null));
    Occasions.of(event)
        .ifPresent(
            change ->
                mails.add(
                    new Notification(
                        change.occasion(),
                        event.getRealmId(),
                        change.userId(),
                        event.getTime(),
                        null,
                        change.name(),
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

  /**
   * The language of the request, in a realm that is the event's; null in any other, and where there
   * is no request.
   */
  private @Nullable Locale locale(String realmId, @Nullable String address) {
    @Nullable RealmModel realm = session.getContext().getRealm();
    return address != null && realm != null && realm.getId().equals(realmId)
        ? session.getContext().resolveLocale(null)
        : null;
  }

  @Override
  public void close() {
    // Holds nothing.
  }
}
