package dev.bulwark.it.revocation;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.bulwark.it.support.AdminApi;
import dev.bulwark.it.support.Http;
import dev.bulwark.it.support.Realm;
import dev.bulwark.it.support.Response;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A realm made for the tests of this package: cheap password hashes, events off (the listener is
 * global), one client for each grant, and one that may introspect every token.
 */
final class PathRealm {

  static final String PASSWORD = "correct-path-battery";
  static final String SECRET = "path-secret";

  private static final ObjectMapper JSON = new ObjectMapper();

  private final URI server;
  private final AdminApi admin;
  private final String name;
  private final Realm endpoints;

  private PathRealm(URI server, AdminApi admin, String name) {
    this.server = server;
    this.admin = admin;
    this.name = name;
    this.endpoints = new Realm(server, name);
  }

  /** Makes the realm anew. */
  static PathRealm create(URI server, AdminApi admin, String name) {
    PathRealm realm = new PathRealm(server, admin, name);
    admin.delete("/realms/" + name);
    try (InputStream in = PathRealm.class.getResourceAsStream("path-realm.json")) {
      ObjectNode json = (ObjectNode) JSON.readTree(in);
      json.put("realm", name);
      admin.post("/realms", json.toString()).expect(201);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return realm;
  }

  void delete() {
    admin.delete("/realms/" + name).expect(204);
  }

  String name() {
    return name;
  }

  String endpoint(String path) {
    return endpoints.endpoint(path);
  }

  String url() {
    return endpoints.url();
  }

  AdminApi admin() {
    return admin;
  }

  /** Path of the realm in the admin API. */
  String path(String rest) {
    return "/realms/" + name + rest;
  }

  Response token(String clientId, Map<String, String> form) {
    Map<String, String> all = new LinkedHashMap<>(form);
    all.put("client_id", clientId);
    all.put("client_secret", SECRET);
    return Http.postForm(endpoint("token"), all);
  }

  /** Password grant with the client {@code cli}. */
  Response login(String user) {
    return login("cli", user, "openid");
  }

  Response login(String clientId, String user, String scope) {
    return token(
            clientId,
            Map.of(
                "grant_type", "password", "username", user, "password", PASSWORD, "scope", scope))
        .expect(200);
  }

  Response refresh(String clientId, String refreshToken) {
    return token(clientId, Map.of("grant_type", "refresh_token", "refresh_token", refreshToken));
  }

  Response refresh(Response tokens) {
    return refresh("cli", tokens.text("refresh_token")).expect(200);
  }

  Response service() {
    return token("service", Map.of("grant_type", "client_credentials")).expect(200);
  }

  Response exchange(String clientId, String subjectToken) {
    return token(
        clientId,
        Map.of(
            "grant_type",
            "urn:ietf:params:oauth:grant-type:token-exchange",
            "subject_token",
            subjectToken,
            "subject_token_type",
            "urn:ietf:params:oauth:token-type:access_token",
            "requested_token_type",
            "urn:ietf:params:oauth:token-type:access_token"));
  }

  Response revoke(String clientId, String token) {
    return Http.postForm(
        endpoint("revoke"), Map.of("client_id", clientId, "client_secret", SECRET, "token", token));
  }

  Response logout(String clientId, String refreshToken) {
    return Http.postForm(
        endpoint("logout"),
        Map.of("client_id", clientId, "client_secret", SECRET, "refresh_token", refreshToken));
  }

  /** Whether the server still honours the token. */
  boolean isActive(String token) {
    Response response =
        Http.postForm(
            endpoint("token/introspect"),
            Map.of("token", token, "client_id", "oracle", "client_secret", SECRET));
    // A disabled or deleted realm answers nobody.
    return response.status() == 200 && response.json().get("active").asBoolean();
  }

  String userId(String user) {
    return admin
        .get(path("/users?exact=true&username=" + Http.encode(user)))
        .expect(200)
        .json()
        .get(0)
        .get("id")
        .asText();
  }

  String clientUuid(String clientId) {
    return admin
        .get(path("/clients?clientId=" + Http.encode(clientId)))
        .expect(200)
        .json()
        .get(0)
        .get("id")
        .asText();
  }

  /** Changes some fields of a representation. */
  void update(String path, Map<String, Object> changes) {
    ObjectNode json = (ObjectNode) admin.get(path(path)).expect(200).json();
    changes.forEach((field, value) -> json.set(field, JSON.valueToTree(value)));
    admin.put(path(path), json.toString()).expect(204);
  }

  static String sid(Response tokens) {
    JsonNode claims = Realm.claims(tokens.text("access_token"));
    return claims.get("sid").asText();
  }

  URI server() {
    return server;
  }
}
