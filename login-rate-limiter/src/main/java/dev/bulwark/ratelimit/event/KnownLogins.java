package dev.bulwark.ratelimit.event;

import dev.bulwark.contract.ApiKeyDetails;
import dev.bulwark.ratelimit.LoginRateLimiterProvider;
import org.keycloak.events.Details;
import org.keycloak.events.Event;
import org.keycloak.events.EventListenerProvider;
import org.keycloak.events.EventType;
import org.keycloak.events.admin.AdminEvent;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;
import org.keycloak.models.UserModel;

/** Remembers from which device and address a user has logged in, all factors done. */
final class KnownLogins implements EventListenerProvider {

  private final KeycloakSession session;

  KnownLogins(KeycloakSession session) {
    this.session = session;
  }

  @Override
  public void onEvent(Event event) {
    RealmModel realm = session.getContext().getRealm();
    if (event.getType() != EventType.LOGIN
        || event.getUserId() == null
        || realm == null
        || !realm.getId().equals(event.getRealmId())
        || hasDetail(event, ApiKeyDetails.KEY)) {
      return;
    }
    LoginRateLimiterProvider limiter = session.getProvider(LoginRateLimiterProvider.class);
    UserModel user = session.users().getUserById(realm, event.getUserId());
    if (user != null && limiter != null) {
      // A token request is no browser's.
      boolean browser = !hasDetail(event, Details.GRANT_TYPE);
      limiter.remember(user, browser);
    }
  }

  private static boolean hasDetail(Event event, String name) {
    return event.getDetails() != null && event.getDetails().containsKey(name);
  }

  @Override
  public void onEvent(AdminEvent event, boolean includeRepresentation) {}

  @Override
  public void close() {}
}
