package dev.bulwark.it.revocation;

import dev.bulwark.it.support.Json;

/** A group that gives its members the role {@code offline_access}, and can lose it. */
final class OfflineGroup {

  private final PathRealm realm;
  private final String path;
  private final String role;

  private OfflineGroup(PathRealm realm, String path, String role) {
    this.realm = realm;
    this.path = path;
    this.role = role;
  }

  /** Makes the group in a realm. */
  static OfflineGroup create(PathRealm realm, String name) {
    realm.admin().post(realm.path("/groups"), Json.object("name", name)).expect(201);
    String id =
        realm
            .admin()
            .get(realm.path("/groups?exact=true&search=" + name))
            .expect(200)
            .json()
            .get(0)
            .get("id")
            .asText();
    String role = realm.admin().get(realm.path("/roles/offline_access")).expect(200).body();
    OfflineGroup group = new OfflineGroup(realm, "groups/" + id, role);
    realm.admin().post(group.roles(), "[" + role + "]").expect(204);
    return group;
  }

  /** Takes a user's own roles away and makes the user a member. */
  void holdOnly(String user) {
    String own = realm.path("/users/" + realm.userId(user));
    String roles = realm.admin().get(own + "/role-mappings/realm").expect(200).body();
    realm.admin().deleteWithBody(own + "/role-mappings/realm", roles).expect(204);
    realm.admin().put(own + "/" + path, "{}").expect(204);
  }

  /** Ends the membership of a user. */
  void leave(String user) {
    realm.admin().delete(realm.path("/users/" + realm.userId(user) + "/" + path)).expect(204);
  }

  /** Takes the role from the group. */
  void loseRole() {
    realm.admin().deleteWithBody(roles(), "[" + role + "]").expect(204);
  }

  /** Below the realm's resource of the Admin API. */
  String path() {
    return path;
  }

  private String roles() {
    return realm.path("/" + path + "/role-mappings/realm");
  }
}
