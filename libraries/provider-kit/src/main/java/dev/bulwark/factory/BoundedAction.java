package dev.bulwark.factory;

import org.jspecify.annotations.Nullable;
import org.keycloak.authentication.RequiredActionContext;
import org.keycloak.events.EventListenerProvider;

/**
 * Bounds the worker threads of actions that compute hashes for a user, such as a new password. The
 * event listener {@link #PROVIDER} of login-rate-limiter implements it. The actions call it
 * themselves, because only one class of a server can have the id of an action.
 */
public interface BoundedAction {

  /** Id of the event listener. */
  String PROVIDER = "bulwark-known-logins";

  /**
   * Takes the calling thread until its request ends.
   *
   * @return false where no thread is left: then the context has its answer, 429, and nothing may be
   *     computed
   */
  boolean begin(RequiredActionContext context);

  /** As {@link #begin}; true as well in a server that has no login-rate-limiter. */
  static boolean begins(RequiredActionContext context) {
    @Nullable EventListenerProvider listener =
        context.getSession().getProvider(EventListenerProvider.class, PROVIDER);
    return !(listener instanceof BoundedAction bound) || bound.begin(context);
  }
}
