package dev.bulwark.ratelimit.event;

import dev.bulwark.contract.ApiKeyDetails;
import dev.bulwark.factory.BoundedAction;
import dev.bulwark.factory.ServedRequest;
import dev.bulwark.limit.Decision;
import dev.bulwark.ratelimit.LoginRateLimiterProvider;
import dev.bulwark.ratelimit.step.Refusals;
import jakarta.ws.rs.HttpMethod;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.keycloak.authentication.RequiredActionContext;
import org.keycloak.events.Details;
import org.keycloak.events.Event;
import org.keycloak.events.EventListenerProvider;
import org.keycloak.events.EventType;
import org.keycloak.events.admin.AdminEvent;
import org.keycloak.http.HttpRequest;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;
import org.keycloak.models.UserModel;

/**
 * Remembers from which device and address a user has logged in, all factors done, until the user is
 * signed out everywhere. Other modules find the bound of worker threads by it, too.
 */
final class KnownLogins implements EventListenerProvider, BoundedAction {

  /** The account console's "Sign out all devices", below {@code http-relative-path}. */
  private static final Pattern ALL_SESSIONS =
      Pattern.compile("(?:^|/)realms/[^/]+/account/sessions/?$");

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
    if (event.getType() == EventType.LOGIN && !hasDetail(event, ApiKeyDetails.KEY)) {
      remember(realm, event);
    } else if (event.getType() == EventType.LOGOUT && isOfAllSessions()) {
      forget(realm, event);
    }
  }

  private void remember(RealmModel realm, Event event) {
    LoginRateLimiterProvider limiter = session.getProvider(LoginRateLimiterProvider.class);
    UserModel user = session.users().getUserById(realm, event.getUserId());
    if (user != null && limiter != null) {
      // A token request is no browser's.
      boolean browser = !hasDetail(event, Details.GRANT_TYPE);
      limiter.remember(user, browser);
    }
  }

  private boolean isOfAllSessions() {
    @Nullable HttpRequest request = ServedRequest.of(session.getContext());
    return request != null
        && HttpMethod.DELETE.equals(request.getHttpMethod())
        && ALL_SESSIONS.matcher(request.getUri().getPath()).find();
  }

  /**
   * Gives the user's "not before" another value, as an administrator's "Sign out" does. A second
   * more than it was: the value is what {@link dev.bulwark.ratelimit.known.LoginStamp} asks for,
   * and a later time would end tokens of the session that the user may want to keep.
   */
  private void forget(RealmModel realm, Event event) {
    UserModel user = session.users().getUserById(realm, event.getUserId());
    if (user != null) {
      int notBefore = session.users().getNotBeforeOfUser(realm, user);
      session.users().setNotBeforeForUser(realm, user, notBefore + 1);
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
