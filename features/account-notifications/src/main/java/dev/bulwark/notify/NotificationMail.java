package dev.bulwark.notify;

import dev.bulwark.notify.NotificationMetrics.Outcome;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.FormatStyle;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.keycloak.email.EmailException;
import org.keycloak.email.EmailTemplateProvider;
import org.keycloak.locale.LocaleSelectorProvider;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;
import org.keycloak.models.UserModel;
import org.keycloak.models.utils.UserModelDelegate;

/** Sends a notification with Keycloak's own mail provider, in the realm's e-mail theme. */
final class NotificationMail {

  private static final String TEMPLATE = "bulwark-notification.ftl";

  private NotificationMail() {}

  /**
   * Sends the mail, if the realm has a mail server and the user a verified address. Waits for the
   * mail server.
   *
   * @throws EmailException if the mail could not be made or handed over
   */
  static Outcome send(KeycloakSession session, Notification notification) throws EmailException {
    @Nullable RealmModel realm = session.realms().getRealm(notification.realmId());
    if (realm == null || !hasMailServer(realm)) {
      return Outcome.NO_ADDRESS;
    }
    session.getContext().setRealm(realm);
    @Nullable UserModel user = session.users().getUserById(realm, notification.userId());
    if (user == null) {
      return Outcome.NO_ADDRESS;
    }
    // Also of a user whose address is not proven yet: the first login is remembered in any case.
    if (notification.occasion() == Occasion.LOGIN_FROM_NEW_DEVICE && FirstDevice.isFirst(user)) {
      return Outcome.FIRST_DEVICE;
    }
    @Nullable String recipient = recipient(notification, user);
    if (recipient == null) {
      return Outcome.NO_ADDRESS;
    }
    if (notification.locale() != null && user.getFirstAttribute(UserModel.LOCALE) == null) {
      session.setAttribute(
          LocaleSelectorProvider.USER_REQUEST_LOCALE, notification.locale().toLanguageTag());
    }
    session
        .getProvider(EmailTemplateProvider.class)
        .setRealm(realm)
        .setUser(new Recipient(user, recipient))
        .send(
            notification.occasion().key() + ".subject",
            List.of(),
            TEMPLATE,
            attributes(notification, session.getContext().resolveLocale(user)));
    return Outcome.SENT;
  }

  private static boolean hasMailServer(RealmModel realm) {
    @Nullable Map<String, String> smtp = realm.getSmtpConfig();
    return smtp != null && !smtp.isEmpty();
  }

  private static @Nullable String recipient(Notification notification, UserModel user) {
    if (notification.recipient() != null) {
      return notification.recipient();
    }
    return user.isEmailVerified() ? user.getEmail() : null;
  }

  /** The user, with the address to which the mail goes. */
  private static final class Recipient extends UserModelDelegate {

    private final String address;

    Recipient(UserModel user, String address) {
      super(user);
      this.address = address;
    }

    @Override
    public String getEmail() {
      return address;
    }
  }

  private static Map<String, Object> attributes(Notification notification, Locale locale) {
    Map<String, Object> attributes = new HashMap<>();
    attributes.put("notification", notification.occasion().key());
    attributes.put("time", time(notification.millis(), locale));
    if (notification.end() != null) {
      // The last moment, as on the pages: a key that ends with a day works on no other one.
      attributes.put("end", time(notification.end() - 1, locale));
    }
    put(attributes, "address", notification.address());
    put(attributes, "name", ShownText.of(notification.name()));
    put(attributes, "device", ShownText.of(notification.device()));
    return attributes;
  }

  private static String time(long millis, Locale locale) {
    return DateTimeFormatter.ofLocalizedDateTime(FormatStyle.LONG, FormatStyle.SHORT)
            .withLocale(locale)
            .format(Instant.ofEpochMilli(millis).atOffset(ZoneOffset.UTC))
        + " UTC";
  }

  private static void put(Map<String, Object> attributes, String name, @Nullable String value) {
    if (value != null) {
      attributes.put(name, value);
    }
  }
}
