package dev.bulwark.it.support;

import static dev.bulwark.it.support.Waits.SOON;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Supplier;

/** The OpenID Connect endpoints of a realm, as a client uses them. */
public record Realm(URI server, String name) {

  public static final String PASSWORD = "correct-dev-battery";

  private static final ObjectMapper JSON = new ObjectMapper();

  public String url() {
    return server + "/realms/" + name;
  }

  public String endpoint(String path) {
    return url() + "/protocol/openid-connect/" + path;
  }

  /** The password grant of the client {@code dev-cli}. */
  public Response login(String user, String password, String scope) {
    return Http.postForm(
        endpoint("token"),
        Map.of(
            "grant_type",
            "password",
            "client_id",
            "dev-cli",
            "username",
            user,
            "password",
            password,
            "scope",
            scope));
  }

  /** A login that succeeds. */
  public Response login(String user) {
    return login(user, PASSWORD, "openid").expect(200);
  }

  /** Repeats a login as a script does that is told to come again in a second. */
  public static Response untilDecided(Supplier<Response> login) {
    return await()
        .atMost(SOON)
        .pollDelay(Duration.ZERO)
        .pollInterval(Duration.ofSeconds(1))
        .until(login::get, answer -> !isBusy(answer));
  }

  /** Whether other attempts are in progress, so that this one was not looked at. */
  private static boolean isBusy(Response answer) {
    return answer.status() == 429 && answer.body().contains("in progress");
  }

  public Response refresh(String refreshToken) {
    return Http.postForm(
        endpoint("token"),
        Map.of(
            "grant_type", "refresh_token", "client_id", "dev-cli", "refresh_token", refreshToken));
  }

  public Response revoke(String token) {
    return Http.postForm(endpoint("revoke"), Map.of("client_id", "dev-cli", "token", token));
  }

  /** Logout by refresh token (the form without a browser). */
  public Response logout(String refreshToken) {
    return Http.postForm(
        endpoint("logout"), Map.of("client_id", "dev-cli", "refresh_token", refreshToken));
  }

  public Response clientCredentials(String clientId, String secret, Map<String, String> more) {
    Map<String, String> form = new LinkedHashMap<>(more);
    form.put("grant_type", "client_credentials");
    return Http.postForm(endpoint("token"), form, "Authorization", basic(clientId, secret));
  }

  public Response userInfo(String accessToken) {
    return Http.get(endpoint("userinfo"), "Authorization", "Bearer " + accessToken);
  }

  /** Whether the server itself, asked by the client {@code gateway}, still honours the token. */
  public boolean isActive(String token) {
    return introspect(token).expect(200).json().get("active").asBoolean();
  }

  public Response introspect(String token) {
    return Http.postForm(
        endpoint("token/introspect"),
        Map.of("token", token),
        "Authorization",
        basic("gateway", "gateway-dev-secret"));
  }

  public static String basic(String user, String password) {
    byte[] pair = (user + ":" + password).getBytes(StandardCharsets.UTF_8);
    return "Basic " + Base64.getEncoder().encodeToString(pair);
  }

  /** The claims of a JWT, not verified. */
  public static JsonNode claims(String jwt) {
    return part(jwt, 1);
  }

  /** The header of a JWT, not verified. */
  public static JsonNode header(String jwt) {
    return part(jwt, 0);
  }

  private static JsonNode part(String jwt, int index) {
    try {
      return JSON.readTree(Base64.getUrlDecoder().decode(jwt.split("\\.")[index]));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
