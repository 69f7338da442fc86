package dev.bulwark.it.faults;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.bulwark.it.support.AdminApi;
import dev.bulwark.it.support.Http;
import dev.bulwark.it.support.Realm;
import dev.bulwark.it.support.Response;
import dev.bulwark.server.DistributionServer;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;

/** API keys of the development realm {@code app}, at one node. Safe for use by several threads. */
final class NodeKeys {

  private static final AtomicInteger ADDRESSES = new AtomicInteger();
  private static final String GATEWAY = Realm.basic("gateway", "gateway-dev-secret");

  private final Realm realm;
  private final AdminApi admin;

  NodeKeys(DistributionServer node, AdminApi admin) {
    this.realm = new Realm(node.url(), "app");
    this.admin = admin;
  }

  /**
   * A key.
   *
   * @param id its id
   * @param key what its owner sends
   * @param type {@code user} or {@code client}
   * @param owner id of the owner
   */
  record Key(String id, String key, String type, String owner) {
    String path() {
      return "/realms/app/api-keys/" + id;
    }

    String ownerPath() {
      return "/realms/app/" + type + "s/" + owner;
    }
  }

  AdminApi admin() {
    return admin;
  }

  /** Wrong keys are limited by address: the gateway tells one, and here it is always a new one. */
  void limitByToldAddress() {
    String path = "/realms/app/clients/" + admin.clientUuid("gateway");
    ObjectNode client = (ObjectNode) admin.get(path).expect(200).json();
    ((ObjectNode) client.get("attributes")).put("api-key.verify.address-header", "X-Real-IP");
    admin.put(path, client.toString()).expect(204);
  }

  Key ofNewUser(String name) {
    admin
        .post(
            "/realms/app/users",
            """
            {"username": "%1$s", "enabled": true, "email": "%1$s@example.org",
             "emailVerified": true, "firstName": "A", "lastName": "B"}
            """
                .formatted(name))
        .expect(201);
    return made("user", admin.userId(name));
  }

  Key ofNewClient(String name) {
    admin
        .post(
            "/realms/app/clients",
            """
            {"clientId": "%s", "serviceAccountsEnabled": true,
             "optionalClientScopes": ["tasks:read", "tasks:write"]}
            """
                .formatted(name))
        .expect(201);
    return made("client", admin.clientUuid(name));
  }

  Key made(String type, String owner) {
    JsonNode made =
        admin
            .post(
                "/realms/app/api-keys",
                """
                {"name": "k", "scopes": ["tasks:read", "tasks:write"],
                 "owner": {"type": "%s", "id": "%s"}}
                """
                    .formatted(type, owner))
            .expect(201)
            .json();
    return new Key(made.get("id").asText(), made.get("key").asText(), type, owner);
  }

  Response verify(String key) {
    return Http.get(
        realm.url() + "/api-keys/verify",
        "Authorization",
        GATEWAY,
        "X-API-Key",
        key,
        "X-Real-IP",
        "2001:db8:" + Integer.toHexString(ADDRESSES.incrementAndGet() & 0xffff) + "::1");
  }

  boolean isGood(Key key) {
    Response answer = verify(key.key());
    if (answer.status() != 200 && answer.status() != 403) {
      throw new AssertionError("verify answered " + answer.status() + ": " + answer.body());
    }
    return answer.status() == 200;
  }

  Response exchange(Key key) {
    return Http.postForm(
        realm.endpoint("token"),
        Map.of("grant_type", "urn:bulwark:params:oauth:grant-type:api-key", "client_id", "dev-cli"),
        "X-API-Key",
        key.key());
  }

  long requestCount(Key key) {
    return admin.get(key.path()).expect(200).json().get("requestCount").asLong();
  }
}
