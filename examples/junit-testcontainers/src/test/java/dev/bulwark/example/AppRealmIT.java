package dev.bulwark.example;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

/**
 * What an application would test of the realm that it relies on. In this repository it runs with
 * {@code -Dserver=container}, as all that needs Docker and its images does: leave that line out.
 */
@EnabledIfSystemProperty(
    named = "server",
    matches = "container",
    disabledReason = "needs Docker: run with -Dserver=container")
class AppRealmIT {

  private static final HttpClient HTTP = HttpClient.newHttpClient();
  private static final ObjectMapper JSON = new ObjectMapper();

  private static KeycloakStack stack;

  @BeforeAll
  static void start() {
    stack = KeycloakStack.start();
  }

  @AfterAll
  static void stop() {
    if (stack != null) {
      stack.close();
    }
  }

  @Test
  void theServiceGetsTheScopeThatItAsksFor() throws Exception {
    JsonNode claims = claims(serviceToken());
    assertThat(claims.get("iss").asText()).isEqualTo(stack.realm());
    assertThat(claims.get("scope").asText().split(" ")).contains("tasks:read");
    assertThat(claims.get("aud").toString()).contains("relying-app");
    assertThat(claims.get("exp").asLong() - claims.get("iat").asLong()).isEqualTo(900);
  }

  @Test
  void aRevokedTokenIsInRedis() throws Exception {
    String token = serviceToken();
    String jti = claims(token).get("jti").asText();
    assertThat(stack.isRevoked(jti)).isFalse();
    post("/protocol/openid-connect/revoke", "token=" + token);
    assertThat(stack.isRevoked(jti)).isTrue();
  }

  /** Keys of a client are made by an administrator, here by the container's. */
  @Test
  void anApiKeyIsExchangedForAToken() throws Exception {
    String id = admin("/clients?clientId=tasks-service", null, 200).get(0).get("id").asText();
    String key =
        admin(
                "/api-keys",
                """
                {"name": "nightly", "scopes": ["tasks:read"], "expiresAt": null,
                 "owner": {"type": "client", "id": "%s"}}
                """
                    .formatted(id),
                201)
            .get("key")
            .asText();
    JsonNode exchanged =
        post(
            "/protocol/openid-connect/token",
            "grant_type=urn:bulwark:params:oauth:grant-type:api-key",
            "X-API-Key",
            key);
    assertThat(claims(exchanged.get("access_token").asText()).get("scope").asText())
        .isEqualTo("tasks:read");
  }

  /** Admin REST of the realm: a GET, or a POST of the body. */
  private static JsonNode admin(String path, @Nullable String body, int status) throws Exception {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(stack.adminRest() + path))
            .header("Authorization", "Bearer " + stack.adminToken());
    if (body != null) {
      request
          .header("Content-Type", "application/json")
          .POST(HttpRequest.BodyPublishers.ofString(body));
    }
    return send(request.build(), status);
  }

  private static String serviceToken() throws Exception {
    return post(
            "/protocol/openid-connect/token",
            "grant_type=client_credentials&scope=tasks:read%20tasks:write")
        .get("access_token")
        .asText();
  }

  /** A form, sent by the client {@code tasks-service}. */
  private static JsonNode post(String path, String form, String... headers) throws Exception {
    String pair = "tasks-service:" + KeycloakStack.SECRETS.get("TASKS_SERVICE_SECRET");
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(stack.realm() + path))
            .header("Content-Type", "application/x-www-form-urlencoded")
            .header(
                "Authorization",
                "Basic "
                    + Base64.getEncoder().encodeToString(pair.getBytes(StandardCharsets.UTF_8)))
            .POST(HttpRequest.BodyPublishers.ofString(form));
    if (headers.length > 0) {
      request.headers(headers);
    }
    return send(request.build(), 200);
  }

  private static JsonNode send(HttpRequest request, int status)
      throws IOException, InterruptedException {
    HttpResponse<String> answer = HTTP.send(request, HttpResponse.BodyHandlers.ofString());
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(status);
    return answer.body().isEmpty() ? JSON.createObjectNode() : JSON.readTree(answer.body());
  }

  private static JsonNode claims(String token) throws IOException {
    return JSON.readTree(Base64.getUrlDecoder().decode(List.of(token.split("\\.")).get(1)));
  }
}
