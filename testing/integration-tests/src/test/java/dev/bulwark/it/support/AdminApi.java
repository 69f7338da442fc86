package dev.bulwark.it.support;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.URI;
import java.net.http.HttpRequest;
import java.time.Duration;
import java.util.Map;

/** The admin REST API, as the bootstrap administrator of the realm {@code master}. */
public final class AdminApi {

  /** Well below the life of an access token of the realm {@code master}. */
  private static final Duration TOKEN_TIME = Duration.ofSeconds(20);

  private final URI url;
  private final String username;
  private final String password;
  private String authorization = "";
  private long loggedInAt = System.nanoTime() - TOKEN_TIME.toNanos() - 1;

  public AdminApi(URI url, String username, String password) {
    this.url = url;
    this.username = username;
    this.password = password;
  }

  public Response get(String path) {
    return call(Http.request(url + "/admin" + path));
  }

  public Response delete(String path) {
    return call(Http.request(url + "/admin" + path).DELETE());
  }

  public Response post(String path, String json) {
    return send("POST", path, json);
  }

  /**
   * Makes a realm with the keys of {@link RealmKeys}.
   *
   * @param realm JSON, without keys of its own
   */
  public void makeRealm(String realm) {
    post("/realms", RealmKeys.in(realm)).expect(201);
  }

  public Response put(String path, String json) {
    return send("PUT", path, json);
  }

  public Response patch(String path, String json) {
    return send("PATCH", path, json);
  }

  /** A DELETE that says in its body what to delete, as for role mappings. */
  public Response deleteWithBody(String path, String json) {
    return send("DELETE", path, json);
  }

  public Response putText(String path, String text) {
    return call(
        Http.request(url + "/admin" + path)
            .header("Content-Type", "text/plain")
            .PUT(HttpRequest.BodyPublishers.ofString(text)));
  }

  /** Id of the user of the realm {@code app}. */
  public String userId(String name) {
    JsonNode users =
        get("/realms/app/users?exact=true&username=" + Http.encode(name)).expect(200).json();
    return users.get(0).get("id").asText();
  }

  /** Id (not client id) of the client of the realm {@code app}. */
  public String clientUuid(String clientId) {
    JsonNode clients =
        get("/realms/app/clients?clientId=" + Http.encode(clientId)).expect(200).json();
    return clients.get(0).get("id").asText();
  }

  /** The stored password credential of the user, as the admin console sees it. */
  public JsonNode passwordCredential(String name) {
    for (JsonNode credential :
        get("/realms/app/users/" + userId(name) + "/credentials").expect(200).json()) {
      if ("password".equals(credential.get("type").asText())) {
        return credential;
      }
    }
    throw new AssertionError(name + " has no password");
  }

  private Response send(String method, String path, String json) {
    return call(
        Http.request(url + "/admin" + path)
            .header("Content-Type", "application/json")
            .method(method, HttpRequest.BodyPublishers.ofString(json)));
  }

  /** A test may have ended the session of the administrator: then once more with another one. */
  private Response call(HttpRequest.Builder request) {
    String sent = authorization();
    Response answer = Http.send(request.setHeader("Authorization", sent));
    return answer.status() == 401
        ? Http.send(request.setHeader("Authorization", other(sent)))
        : answer;
  }

  private synchronized String other(String refused) {
    if (authorization.equals(refused)) {
      authorization = login();
      loggedInAt = System.nanoTime();
    }
    return authorization;
  }

  /** A login costs an expensive password hash: its token is used for a while. */
  private synchronized String authorization() {
    if (System.nanoTime() - loggedInAt > TOKEN_TIME.toNanos()) {
      authorization = login();
      loggedInAt = System.nanoTime();
    }
    return authorization;
  }

  private String login() {
    return "Bearer " + token(url, username, password);
  }

  /** A token of the administrator that each server of the tests has. */
  public static String token(URI url) {
    return token(url, TestStack.ADMIN_USERNAME, TestStack.ADMIN_PASSWORD);
  }

  private static String token(URI url, String username, String password) {
    Map<String, String> form =
        Map.of(
            "grant_type",
            "password",
            "client_id",
            "admin-cli",
            "username",
            username,
            "password",
            password);
    return Http.postForm(url + "/realms/master/protocol/openid-connect/token", form)
        .expect(200)
        .text("access_token");
  }
}
