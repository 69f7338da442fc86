package dev.bulwark.backchannel.outbox;

/** Why a session of a client has ended. */
public enum Cause {
  /** Keycloak itself asked for the notice, as at a logout. */
  LOGOUT,
  /** Keycloak removed the session from its database, and asked for no notice. */
  REMOVED,
  /** The session is still in Keycloak's database, but its time is over. */
  EXPIRED
}
