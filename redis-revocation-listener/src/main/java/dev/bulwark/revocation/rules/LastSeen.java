package dev.bulwark.revocation.rules;

import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * An object of Keycloak's whose name or state decides about tokens, and what of it has changed.
 *
 * @param kind what it is
 * @param id its internal id
 * @param realmId internal id of its realm; empty if it is gone
 * @param state in which it is now; {@link #GONE} if it is no longer there
 * @param before in which it was seen last; null if it was not seen before
 */
public record LastSeen(
    Kind kind, String id, String realmId, String state, @Nullable String before) {

  /** State of what is enabled. */
  public static final String ON = "on";

  /** State of what is disabled. */
  public static final String OFF = "off";

  /** State of what is no longer there. */
  public static final String GONE = "gone";

  /** What is watched. */
  public enum Kind {
    /** State: its client id, its protocol, and whether it may ask for {@code offline_access}. */
    CLIENT,
    /** State: see {@link LastSeen#realmState}. */
    REALM,
    /** State: on or off. */
    ORGANIZATION,
    /** Whether a realm has its organizations on; id and state of the realm: on or off. */
    ORGANIZATIONS,
    /** State: on or off, a space and the id of the realm. */
    USER_STORE,
    /** A signing or encryption key of a realm; state as of a user store. */
    KEY
  }

  /**
   * The state of a realm: all that its issuer is made of.
   *
   * @param frontendUrl attribute of the realm; null if it has none
   * @param addresses which addresses the server builds; they depend on its hostname options
   */
  public static String realmState(String name, @Nullable String frontendUrl, String addresses) {
    return name + " " + (frontendUrl == null ? "" : frontendUrl) + " " + addresses;
  }

  /** What has ended by the change; empty if nothing has. */
  public Optional<Ending> ending(long now) {
    return switch (kind) {
      case CLIENT ->
          hasChanged()
              ? Optional.of(new Endings("CLIENT_CHANGED", now).client(realmId, id))
              : Optional.empty();
      case REALM ->
          hasChanged()
              ? Optional.of(new Endings("REALM_ADDRESS_CHANGED", now).realm(realmId))
              : Optional.empty();
      case ORGANIZATION ->
          isSwitchedOff()
              ? doubt("ORGANIZATION_DISABLED", Members.Kind.ORGANIZATION, id, now)
              : Optional.empty();
      case ORGANIZATIONS ->
          isSwitchedOff()
              ? doubt("ORGANIZATIONS_OFF", Members.Kind.ORGANIZATIONS, "", now)
              : Optional.empty();
      case USER_STORE ->
          isSwitchedOff() || isGone()
              ? doubt(
                  "USER_STORE_" + (isGone() ? "GONE" : "DISABLED"),
                  Members.Kind.USER_STORE,
                  id,
                  now)
              : Optional.empty();
      case KEY ->
          isSwitchedOff() || isGone()
              ? Optional.of(
                  new Endings("KEY_" + (isGone() ? "GONE" : "DISABLED"), now)
                      .verifyRealm(lastRealm(), SessionType.ALL))
              : Optional.empty();
    };
  }

  /** Whether it is no longer there. */
  public boolean isGone() {
    return state.equals(GONE);
  }

  /** The first state of a new object is no change. */
  private boolean hasChanged() {
    return !isGone() && before != null && !before.equals(state);
  }

  private boolean isSwitchedOff() {
    return (state.equals(OFF) || state.startsWith(OFF + " ")) && !Objects.equals(before, state);
  }

  private Optional<Ending> doubt(String cause, Members.Kind members, String membersId, long now) {
    return Optional.of(
        new Endings(cause, now).verifyMembers(lastRealm(), new Members(members, membersId)));
  }

  /** Of a user store or a key that is gone only the last state tells the realm. */
  private String lastRealm() {
    return realmId.isEmpty() && before != null
        ? before.substring(before.indexOf(' ') + 1)
        : realmId;
  }
}
