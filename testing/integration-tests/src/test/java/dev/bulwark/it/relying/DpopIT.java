package dev.bulwark.it.relying;

import static dev.bulwark.it.support.Waits.SOON;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.bulwark.it.support.AdminApi;
import dev.bulwark.it.support.Http;
import dev.bulwark.it.support.Json;
import dev.bulwark.it.support.Realm;
import dev.bulwark.it.support.Response;
import dev.bulwark.it.support.SharedRealm;
import dev.bulwark.it.support.SigningKey;
import dev.bulwark.it.support.TestStack;
import java.io.IOException;
import java.net.http.HttpRequest;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * J5: tokens that are bound to a key by DPoP (RFC 9449), through every part: the token endpoint,
 * the grant for API keys, introspection, the relying app and the check for revocation.
 */
@SharedRealm
class DpopIT {

  private static final String TASKS = "/api/tasks";
  private static final String KEY_GRANT = "urn:bulwark:params:oauth:grant-type:api-key";

  private static final AdminApi ADMIN = TestStack.get().admin();
  private static final Realm REALM = TestStack.get().realm();

  private static final Path CASES =
      Path.of("..", "..", "clients", "conformance", "revocation-cases.json").toAbsolutePath();

  /** Those of this test; {@code BoundTokensIT} has certificates. */
  private static final Set<String> TOKENS = Set.of("unbound", "dpop");

  private static RunningApp app;
  private static SigningKey key;
  private static ProofHolder holder;
  private static String bound;
  private static String unbound;

  @BeforeAll
  static void start() throws GeneralSecurityException {
    app = RunningApp.get();
    key = SigningKey.create();
    holder = new ProofHolder(key, SigningKey.create(), app.at(TASKS));
    bound = login("tasks:read");
    unbound =
        REALM.login("alice", Realm.PASSWORD, "openid tasks:read").expect(200).text("access_token");
    await().atMost(SOON).until(() -> app.tasks(unbound).status() == 200);
  }

  /** C4: what is accepted and refused, as in Python and Node. Spring Security checks the proofs. */
  static Stream<Arguments> cases() throws IOException {
    return StreamSupport.stream(suite().get("requests").spliterator(), false)
        .filter(test -> !test.has("spring"))
        .filter(test -> TOKENS.containsAll(test.findValuesAsText("token")))
        .map(test -> Arguments.argumentSet(test.get("name").asText(), test));
  }

  private static JsonNode suite() throws IOException {
    return new ObjectMapper().readTree(CASES.toFile());
  }

  @ParameterizedTest
  @MethodSource("cases")
  void theRelyingAppDecidesAsTheClientsDo(JsonNode test) throws Exception {
    String resource = suite().get("resource").asText();
    for (JsonNode request : test.get("requests")) {
      String token = request.get("token").asText().equals("dpop") ? bound : unbound;
      List<String> headers = new ArrayList<>();
      for (int i = 0; i < request.path("authorizations").asInt(1); i++) {
        headers.addAll(List.of("Authorization", request.get("scheme").asText() + " " + token));
      }
      List<String> proofs = new ArrayList<>();
      for (JsonNode proof : request.path("proofs")) {
        proofs.add(holder.proof(proof, token, resource));
      }
      for (String proof : request.has("joined") ? List.of(String.join(", ", proofs)) : proofs) {
        headers.addAll(List.of("DPoP", proof));
      }
      Response answer = Http.get(app.at(TASKS), headers.toArray(String[]::new));
      assertThat(answer.status()).as(answer.body()).isEqualTo(request.get("status").asInt());
      if (request.has("error")) {
        assertThat(answer.header("WWW-Authenticate")).startsWith(request.get("scheme").asText());
      }
    }
  }

  /** An unbound token gains nothing from the scheme, and a stranger's header changes no address. */
  @Test
  void otherWaysAreClosed() throws GeneralSecurityException {
    String bearer =
        REALM.login("alice", Realm.PASSWORD, "openid tasks:read").expect(200).text("access_token");
    assertRefused(call(bearer, key.proof("GET", app.at(TASKS), bearer)), "DPoP");
    String token = login("tasks:read");
    String elsewhere = key.proof("GET", "https://evil.example.org" + TASKS, token);
    assertRefused(
        Http.get(
            app.at(TASKS),
            "Authorization",
            "DPoP " + token,
            "DPoP",
            elsewhere,
            "X-Forwarded-Host",
            "evil.example.org",
            "X-Forwarded-Proto",
            "https"),
        "DPoP");
    Response denied =
        Http.get(
            app.at("/api/admin/users"),
            "Authorization",
            "DPoP " + token,
            "DPoP",
            key.proof("GET", app.at("/api/admin/users"), token));
    assertThat(denied.status()).isEqualTo(403);
    assertThat(denied.header("WWW-Authenticate"))
        .startsWith("DPoP ")
        .contains("error=\"insufficient_scope\"");
  }

  @Test
  void aLogoutEndsABoundTokenEverywhere() throws GeneralSecurityException {
    Response tokens = tokens("openid tasks:read");
    String token = tokens.text("access_token");
    call(token, proof(token)).expect(200);
    assertThat(REALM.isActive(token)).isTrue();
    // Keycloak's logout endpoint asks for a proof of a bound refresh token and reads none.
    Http.postForm(
            REALM.endpoint("revoke"),
            Map.of("client_id", "dev-cli", "token", tokens.text("refresh_token")))
        .expect(200);
    assertThat(REALM.isActive(token)).isFalse();
    await().atMost(SOON).until(() -> call(token, proof(token)).status() == 401);
  }

  /** A token for an API key is bound like any other, and ends with its key. */
  @Test
  void theGrantForApiKeysBindsItsTokens() throws GeneralSecurityException {
    String bearer =
        REALM.login("alice", Realm.PASSWORD, "openid tasks:read").expect(200).text("access_token");
    JsonNode made =
        Http.send(
                Http.request(REALM.url() + "/api-keys")
                    .header("Authorization", "Bearer " + bearer)
                    .header("Content-Type", "application/json")
                    .POST(
                        HttpRequest.BodyPublishers.ofString(
                            Json.object("name", "bound", "scopes", List.of("tasks:read")))))
            .expect(201)
            .json();
    String apiKey = made.get("key").asText();
    Response exchanged = exchange(apiKey, "DPoP", key.proof("POST", tokenUrl())).expect(200);
    assertThat(exchanged.text("token_type")).isEqualTo("DPoP");
    String token = exchanged.text("access_token");
    assertThat(Realm.claims(token).get("cnf").get("jkt").asText()).isEqualTo(key.thumbprint());
    assertThat(
            Http.postForm(
                    REALM.endpoint("token/introspect"),
                    Map.of("token", token),
                    "Authorization",
                    Realm.basic("relying-app", "relying-app-dev-secret"))
                .expect(200)
                .json()
                .at("/cnf/jkt")
                .asText())
        .isEqualTo(key.thumbprint());
    assertRefused(app.tasks(token), "Bearer");
    call(token, proof(token)).expect(200);

    // A proof for another endpoint, and none where the client must send one.
    assertThat(exchange(apiKey, "DPoP", key.proof("POST", REALM.endpoint("revoke"))).status())
        .isEqualTo(400);
    setRequired(true);
    try {
      Response refused = exchange(apiKey);
      assertThat(refused.status()).as(refused.body()).isEqualTo(400);
      assertThat(refused.body()).contains("DPoP").doesNotContain("access_token");
      exchange(apiKey, "DPoP", key.proof("POST", tokenUrl())).expect(200);
    } finally {
      setRequired(false);
    }

    ADMIN.delete("/realms/app/api-keys/" + made.get("id").asText()).expect(204);
    await().atMost(SOON).until(() -> call(token, proof(token)).status() == 401);
  }

  private static void setRequired(boolean required) {
    String path = "/realms/app/clients/" + ADMIN.clientUuid("dev-cli");
    ObjectNode client = (ObjectNode) ADMIN.get(path).expect(200).json();
    client.withObject("/attributes").put("dpop.bound.access.tokens", Boolean.toString(required));
    ADMIN.put(path, client.toString()).expect(204);
  }

  private static Response exchange(String apiKey, String... headers) {
    String[] all = new String[headers.length + 2];
    all[0] = "X-API-Key";
    all[1] = apiKey;
    System.arraycopy(headers, 0, all, 2, headers.length);
    return Http.postForm(tokenUrl(), Map.of("grant_type", KEY_GRANT, "client_id", "dev-cli"), all);
  }

  private static String login(String scope) throws GeneralSecurityException {
    return tokens("openid " + scope).text("access_token");
  }

  private static Response tokens(String scope) throws GeneralSecurityException {
    Map<String, String> form = new LinkedHashMap<>();
    form.put("grant_type", "password");
    form.put("client_id", "dev-cli");
    form.put("username", "alice");
    form.put("password", Realm.PASSWORD);
    form.put("scope", scope);
    Response answer =
        Http.postForm(tokenUrl(), form, "DPoP", key.proof("POST", tokenUrl())).expect(200);
    assertThat(answer.text("token_type")).isEqualTo("DPoP");
    return answer;
  }

  private static String tokenUrl() {
    return REALM.endpoint("token");
  }

  private static String proof(String token) throws GeneralSecurityException {
    return key.proof("GET", app.at(TASKS), token);
  }

  private static Response call(String token, String proof) {
    return Http.get(app.at(TASKS), "Authorization", "DPoP " + token, "DPoP", proof);
  }

  private static void assertRefused(Response answer, String scheme) {
    assertThat(answer.status()).as(answer.body()).isEqualTo(401);
    assertThat(answer.header("WWW-Authenticate")).startsWith(scheme);
  }
}
