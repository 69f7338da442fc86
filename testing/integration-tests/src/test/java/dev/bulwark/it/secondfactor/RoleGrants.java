package dev.bulwark.it.secondfactor;

import com.fasterxml.jackson.databind.JsonNode;
import dev.bulwark.it.support.AdminApi;
import dev.bulwark.it.support.Json;

/** Gives roles to users of the realm {@code app} in the ways that Keycloak has. */
record RoleGrants(AdminApi admin) {

  /** A role of the client {@code realm-management}. */
  void management(String user, String role) {
    give("/users/" + admin.userId(user), role);
  }

  /** A role of the realm. */
  void realm(String user, String role) {
    admin
        .post(
            "/realms/app/users/" + admin.userId(user) + "/role-mappings/realm",
            "[" + admin.get("/realms/app/roles/" + role).expect(200).json() + "]")
        .expect(204);
  }

  /** A new role of the realm that contains one of {@code realm-management}. */
  void composite(String user, String name, String contained) {
    admin.post("/realms/app/roles", Json.object("name", name)).expect(201);
    admin
        .post("/realms/app/roles/" + name + "/composites", "[" + managementRole(contained) + "]")
        .expect(204);
    realm(user, name);
  }

  /** A new group with a role of {@code realm-management}; the user joins a group below it. */
  void group(String user, String name, String role) {
    admin.post("/realms/app/groups", Json.object("name", name)).expect(201);
    JsonNode group =
        admin.get("/realms/app/groups?exact=true&search=" + name).expect(200).json().get(0);
    String id = group.get("id").asText();
    give("/groups/" + id, role);
    String below =
        admin
            .post("/realms/app/groups/" + id + "/children", Json.object("name", name + "-below"))
            .expect(201)
            .text("id");
    admin.put("/realms/app/users/" + admin.userId(user) + "/groups/" + below, "{}").expect(204);
  }

  private void give(String holder, String role) {
    admin
        .post(
            "/realms/app"
                + holder
                + "/role-mappings/clients/"
                + admin.clientUuid("realm-management"),
            "[" + managementRole(role) + "]")
        .expect(204);
  }

  private JsonNode managementRole(String role) {
    return admin
        .get("/realms/app/clients/" + admin.clientUuid("realm-management") + "/roles/" + role)
        .expect(200)
        .json();
  }
}
