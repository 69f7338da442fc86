package dev.bulwark.it.apikey;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.bulwark.it.support.AdminApi;
import dev.bulwark.it.support.Http;
import dev.bulwark.it.support.Json;
import dev.bulwark.it.support.Realm;
import dev.bulwark.it.support.Response;
import java.net.http.HttpRequest;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** The fixed interfaces of API keys, as scripts and gateways use them. */
record Keys(Realm realm) {

  static final String GRANT = "urn:bulwark:params:oauth:grant-type:api-key";

  /** The same grant under a name of a registered scheme (RFC 4151), as documents and pages show. */
  static final String TAG_GRANT = "tag:bulwark.dev,2026:grant-type:api-key";

  private static final AtomicInteger ADDRESSES = new AtomicInteger();
  static final String GATEWAY = Realm.basic("gateway", "gateway-dev-secret");

  String url() {
    return realm.url() + "/api-keys";
  }

  /** A bearer token of the user, from a login just now. */
  String token(String user) {
    return realm.login(user).text("access_token");
  }

  Response create(String token, String json) {
    return send("POST", "", token, json);
  }

  /** A key of the user, made now. */
  JsonNode made(String user, String name, String... scopes) {
    return create(token(user), body(name, null, scopes)).expect(201).json();
  }

  static String body(String name, @Nullable String expiresAt, String... scopes) {
    return Json.object("name", name, "scopes", List.of(scopes), "expiresAt", expiresAt);
  }

  /**
   * A key of somebody, as an administrator makes it.
   *
   * @param type {@code user} or {@code client}
   * @param owner id of the user, or client id
   */
  static String bodyOf(String type, String owner, String name, String... scopes) {
    return Json.object(
        "name",
        name,
        "scopes",
        List.of(scopes),
        "expiresAt",
        null,
        "owner",
        Map.of("type", type, "id", owner));
  }

  Response send(String method, String path, @Nullable String token, @Nullable String json) {
    HttpRequest.Builder request = Http.request(url() + path);
    if (token != null) {
      request.header("Authorization", "Bearer " + token);
    }
    if (json == null) {
      request.method(method, HttpRequest.BodyPublishers.noBody());
    } else {
      request
          .header("Content-Type", "application/json")
          .method(method, HttpRequest.BodyPublishers.ofString(json));
    }
    return Http.send(request);
  }

  /** Asks as the client {@code gateway}, for a caller from an address of its own. */
  Response verify(String key) {
    String address = "2001:db8:" + Integer.toHexString(ADDRESSES.incrementAndGet() & 0xffff);
    return verifyFrom(address + "::1", key);
  }

  /** Asks as the client {@code gateway}, for a caller from an address. */
  Response verifyFrom(String address, String key) {
    return Http.get(
        url() + "/verify", "Authorization", GATEWAY, "X-API-Key", key, "X-Real-IP", address);
  }

  /** Has the client {@code gateway} believed when it tells addresses: wrong keys are limited. */
  static void believeAddresses(AdminApi admin) {
    String path = "/realms/app/clients/" + admin.clientUuid("gateway");
    ObjectNode client = (ObjectNode) admin.get(path).expect(200).json();
    ((ObjectNode) client.get("attributes")).put("api-key.verify.address-header", "X-Real-IP");
    admin.put(path, client.toString()).expect(204);
  }

  boolean isGood(String key) {
    int status = verify(key).status();
    if (status != 200 && status != 403) {
      throw new AssertionError("verify answered " + status);
    }
    return status == 200;
  }

  /** Exchanges as the public client {@code dev-cli}. */
  Response exchange(String key, @Nullable String scope) {
    Map<String, String> form = new LinkedHashMap<>();
    form.put("grant_type", GRANT);
    form.put("client_id", "dev-cli");
    if (scope != null) {
      form.put("scope", scope);
    }
    return Http.postForm(realm.endpoint("token"), form, "X-API-Key", key);
  }

  /** Introspects as a client that is in the audience of the token. */
  JsonNode introspect(String token) {
    return Http.postForm(
            realm.endpoint("token/introspect"),
            Map.of("token", token),
            "Authorization",
            Realm.basic("relying-app", "relying-app-dev-secret"))
        .expect(200)
        .json();
  }
}
