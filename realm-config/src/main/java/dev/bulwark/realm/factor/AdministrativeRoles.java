package dev.bulwark.realm.factor;

import java.util.Set;

/**
 * Tells administrative roles from others by their names: pure logic, no Keycloak types.
 *
 * <p>A realm is administered by the roles of its client {@code realm-management}. The realm {@code
 * master} has a client {@code NAME-realm} for each realm NAME instead, and the realm roles {@code
 * admin} and {@code create-realm}. The roles of such a client are recognized by their client, not
 * one by one: a role that a later version of Keycloak adds is covered without a change here.
 */
final class AdministrativeRoles {

  private static final String MANAGEMENT_CLIENT = "realm-management";
  private static final String MASTER_CLIENT_SUFFIX = "-realm";
  private static final Set<String> MASTER_ROLES = Set.of("admin", "create-realm");

  private final boolean master;
  private final Set<String> further;

  /**
   * Creates the rules of one realm.
   *
   * @param master whether the realm is the one that administers all others
   * @param further names of realm roles that count as administrative too
   */
  AdministrativeRoles(boolean master, Set<String> further) {
    this.master = master;
    this.further = Set.copyOf(further);
  }

  /** Whether every role of the client is administrative. */
  boolean isClient(String clientId) {
    return master ? clientId.endsWith(MASTER_CLIENT_SUFFIX) : clientId.equals(MANAGEMENT_CLIENT);
  }

  /** Whether the realm role is administrative. */
  boolean isRealmRole(String name) {
    return further.contains(name) || (master && MASTER_ROLES.contains(name));
  }
}
