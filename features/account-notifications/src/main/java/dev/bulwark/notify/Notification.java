package dev.bulwark.notify;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * One mail to be sent. Immutable; holds no session.
 *
 * @param millis time of the occasion, since 1970
 * @param address IP address from which it came; null if unknown
 * @param name of what was changed, as the user has named it; null for none
 * @param device browser and system of the request; null if unknown
 * @param recipient address to which the mail goes; null for the verified address that the user has
 *     when it is sent
 * @param locale language of the request; the user's own setting takes precedence; null if unknown
 * @param end when what the mail is about ends, in milliseconds since 1970; null for never
 */
record Notification(
    Occasion occasion,
    String realmId,
    String userId,
    long millis,
    @Nullable String address,
    @Nullable String name,
    @Nullable String device,
    @Nullable String recipient,
    @Nullable Locale locale,
    @Nullable Long end) {

  /** The same mail about something else. */
  Notification about(Occasion other) {
    return new Notification(
        other, realmId, userId, millis, address, name, device, recipient, locale, end);
  }
}
