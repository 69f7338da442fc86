package dev.bulwark.it.importing;

import com.fasterxml.jackson.databind.JsonNode;
import dev.bulwark.it.password.Commands;
import dev.bulwark.it.support.AdminApi;
import dev.bulwark.it.support.Json;
import dev.bulwark.it.support.TestStack;
import dev.bulwark.server.RealmFile;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** {@code bulwark-realm diff}, and the client of the realm {@code master} that it logs in as. */
final class DriftCheck {

  static final String CLIENT = "drift-check";
  static final String SECRET = "drift-check-test-secret";

  private final AdminApi admin;
  private final Map<String, String> environment = new HashMap<>();

  DriftCheck(AdminApi admin) {
    this.admin = admin;
    // The command gets the variables of the import, but not the secrets.
    environment.putAll(RealmFile.developmentEnvironment());
    environment.keySet().removeIf(name -> name.endsWith("_SECRET"));
    environment.put("BULWARK_CLIENT_SECRET", SECRET);
  }

  /** The variables of the command; may be changed. */
  Map<String, String> environment() {
    return environment;
  }

  /** Compares the realm {@code app} with a file. */
  Commands.Result diff(String file) {
    return Commands.realm(
        environment,
        "diff",
        file,
        "--server",
        TestStack.get().url().toString(),
        "--client-id",
        CLIENT,
        "--auth-realm",
        "master");
  }

  /** The settings that a comparison has found to differ. */
  static List<String> paths(String output) {
    return output
        .lines()
        .filter(line -> !line.startsWith("  ") && !line.startsWith("realm "))
        .toList();
  }

  /** Makes the client, whose service account may read the realm {@code app}. */
  void createClient() {
    createClient("manage-realm", "view-clients", "query-groups");
  }

  /** The same with these roles for the realm {@code app}, which goes with that realm. */
  void createClient(String... roles) {
    admin
        .post(
            "/realms/master/clients",
            Json.object(
                "clientId",
                CLIENT,
                "secret",
                SECRET,
                "serviceAccountsEnabled",
                true,
                "standardFlowEnabled",
                false))
        .expect(201);
    String client = master("/clients?clientId=" + CLIENT).get(0).get("id").asText();
    String account = master("/clients/" + client + "/service-account-user").get("id").asText();
    String realmClient = master("/clients?clientId=app-realm").get(0).get("id").asText();
    StringBuilder mapping = new StringBuilder("[");
    for (String role : roles) {
      mapping
          .append(mapping.length() == 1 ? "" : ",")
          .append(master("/clients/" + realmClient + "/roles/" + role));
    }
    admin
        .post(
            "/realms/master/users/" + account + "/role-mappings/clients/" + realmClient,
            mapping.append(']').toString())
        .expect(204);
  }

  void removeClient() {
    admin.delete(
        "/realms/master/clients/"
            + master("/clients?clientId=" + CLIENT).get(0).get("id").asText());
  }

  private JsonNode master(String path) {
    return admin.get("/realms/master" + path).expect(200).json();
  }
}
