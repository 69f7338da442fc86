package dev.bulwark.revocation.events;

import org.jspecify.annotations.Nullable;

/** Data of Keycloak that the mapping of events needs, in the transaction of the event. */
public interface EventContext {

  /**
   * The token in a form parameter of the request, its signature verified; null if there is no
   * request, parameter or valid token.
   */
  @Nullable RequestToken requestToken(String parameter);

  /** Whether a user of the event's realm exists and is enabled. */
  boolean isUserEnabled(String userId);

  /** Not-before of a user of the event's realm, seconds since 1970; 0 if none. */
  long userNotBefore(String userId);

  /** Whether the event's realm is enabled. */
  boolean isRealmEnabled();

  /**
   * Whether the event's realm has another name or frontend URL than when it was last seen. Notes
   * the new ones.
   */
  boolean hasNewAddress();

  /** Whether the event's realm has organizations but has them switched off. */
  boolean hasOrganizationsOff();

  /** Whether a component of the event's realm is a user store, for example LDAP. */
  boolean isUserStore(String componentId);

  /** Whether a component of the event's realm provides its keys. */
  boolean isKeyProvider(String componentId);

  /**
   * Whether of a client of the event's realm something is new that decides about its tokens: its
   * client id, its protocol, or whether it may ask for offline access. Notes the new state.
   *
   * @param clientId internal id
   */
  boolean hasChanged(String clientId);

  /** Internal id of a client of the event's realm; null if there is none of that name. */
  @Nullable String clientOf(String name);

  /** Not-before of the event's realm, seconds since 1970; 0 if none. */
  long realmNotBefore();

  /**
   * A token that came with the request.
   *
   * @param jti its id
   * @param sessionId its sid, null if none
   * @param expiresAt its {@code exp}, seconds since 1970; 0 if none
   */
  record RequestToken(String jti, @Nullable String sessionId, long expiresAt) {}
}
