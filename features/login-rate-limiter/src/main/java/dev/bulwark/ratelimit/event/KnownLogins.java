package dev.bulwark.ratelimit.event;

import dev.bulwark.contract.ApiKeyDetails;
import dev.bulwark.factory.BoundedAction;
import dev.bulwark.limit.Decision;
import dev.bulwark.ratelimit.LoginRateLimiterProvider;
import dev.bulwark.ratelimit.step.Refusals;
import org.keycloak.authentication.RequiredActionContext;
import org.keycloak.events.Details;
import org.keycloak.events.Event;
import org.keycloak.events.EventListenerProvider;
import org.keycloak.events.EventType;
import org.keycloak.events.admin.AdminEvent;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;
import org.keycloak.models.UserModel;

/**
 * Remembers from which device and address a user has logged in, all factors done, until the user is
 * signed out everywhere. Other modules find the bound of worker threads by it, too.
 */
final class KnownLogins implements EventListenerProvider, BoundedAction {

  private final KeycloakSession session;

  KnownLogins(KeycloakSession session) {
    this.session = session;
  }

  @Override
  public void onEvent(Event event) {
    RealmModel realm = session.getContext().getRealm();
    if (event.getUserId() == null || realm == null || !realm.getId().equals(event.getRealmId())) {
      return;
    }
    LoginRateLimiterProvider limiter = session.getProvider(LoginRateLimiterProvider.class);
    if (limiter == null || !limiter.isOn()) {
      return;
    }
    if (event.getType() == EventType.LOGIN && !hasDetail(event, ApiKeyDetails.KEY)) {
      remember(limiter, realm, event);
    } else if (EndedLogins.isEnd(session, event)) {
      EndedLogins.forget(session, realm, event.getUserId());
    }
  }

  private void remember(LoginRateLimiterProvider limiter, RealmModel realm, Event event) {
    UserModel user = session.users().getUserById(realm, event.getUserId());
    if (user != null) {
      // A token request is no browser's.
      boolean browser = !hasDetail(event, Details.GRANT_TYPE);
      limiter.remember(user, browser);
    }
  }

  @Override
  public boolean begin(RequiredActionContext context) {
    LoginRateLimiterProvider limiter = session.getProvider(LoginRateLimiterProvider.class);
    if (limiter != null && limiter.takeThread() instanceof Decision.Refused refusal) {
      context.challenge(Refusals.page(context, refusal));
      return false;
    }
    return true;
  }

  private static boolean hasDetail(Event event, String name) {
    return event.getDetails() != null && event.getDetails().containsKey(name);
  }

  @Override
  public void onEvent(AdminEvent event, boolean includeRepresentation) {}

  @Override
  public void close() {}
}
