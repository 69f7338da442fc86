package dev.bulwark.it.fapi;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.bulwark.it.password.Commands;
import dev.bulwark.it.support.FapiClient;
import dev.bulwark.it.support.FormBrowser;
import dev.bulwark.it.support.Http;
import dev.bulwark.it.support.Realm;
import dev.bulwark.it.support.Repository;
import dev.bulwark.it.support.Response;
import dev.bulwark.it.support.SharedRealm;
import dev.bulwark.it.support.ShellBlock;
import dev.bulwark.it.support.SigningKey;
import dev.bulwark.it.support.TestStack;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** J5: the files of docs/fapi-2.md, with PAR, private_key_jwt, PKCE and DPoP. */
@SharedRealm
class FapiIT {

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String CLIENT = FapiClient.ID;
  private static final String CALLBACK = FapiClient.CALLBACK;
  private static final String VERIFIER = "a-verifier-of-at-least-forty-three-characters-0123456789";

  private static ObjectNode client;
  private static SigningKey key;
  private static String path;

  private final Realm realm = TestStack.get().realm();

  @BeforeAll
  static void setUp(@TempDir Path folder) throws Exception {
    key = SigningKey.create();
    Commands.kcadm(
            folder,
            TestStack.get().url(),
            Map.of("ROOT", Repository.root().toString()),
            "cd \"$ROOT\"\n" + ShellBlock.of("docs/fapi-2.md", "Set up").commands())
        .expect(0);
    FapiClient created = FapiClient.withKey(TestStack.get().admin(), key);
    client = created.representation();
    path = created.path();
  }

  @Test
  void aLoginByParWithPrivateKeyJwtAndDpop() throws Exception {
    Response pushed = push(Map.of()).expect(201);
    FormBrowser browser = new FormBrowser(TestStack.get().url());
    FormBrowser.Page consent =
        browser.submit(
            browser.open(
                realm.endpoint("auth")
                    + "?client_id="
                    + CLIENT
                    + "&request_uri="
                    + Http.encode(pushed.text("request_uri"))),
            Map.of("username", "alice", "password", Realm.PASSWORD));
    FormBrowser.Page back = browser.submit(consent, Map.of("accept", "Yes"));
    assertThat(back.url()).startsWith(CALLBACK + "?");
    String code = back.parameter("code");

    Response bearer = token(Map.of("grant_type", "authorization_code", "code", code));
    assertThat(bearer.status()).as(bearer.body()).isEqualTo(400);
    assertThat(bearer.body()).contains("DPoP proof is missing").doesNotContain("access_token");

    String url = realm.endpoint("token");
    Response tokens =
        token(
                Map.of("grant_type", "authorization_code", "code", code),
                "DPoP",
                key.proof("POST", url))
            .expect(200);
    assertThat(tokens.text("token_type")).isEqualTo("DPoP");
    String access = tokens.text("access_token");
    assertThat(Realm.claims(access).get("cnf").get("jkt").asText()).isEqualTo(key.thumbprint());
    assertThat(header(access).get("alg").asText()).isEqualTo("ES256");

    String userInfo = realm.endpoint("userinfo");
    assertThat(realm.userInfo(access).status()).as("without a proof").isEqualTo(401);
    Http.get(
            userInfo, "Authorization", "DPoP " + access, "DPoP", key.proof("GET", userInfo, access))
        .expect(200);

    Map<String, String> refresh =
        Map.of("grant_type", "refresh_token", "refresh_token", tokens.text("refresh_token"));
    token(refresh, "DPoP", key.proof("POST", url)).expect(200);
  }

  @Test
  void whatTheProfileForbidsIsRejected() throws Exception {
    // Without PAR.
    Response direct =
        Http.get(
            realm.endpoint("auth")
                + "?client_id="
                + CLIENT
                + "&response_type=code&scope=openid&state=s&code_challenge_method=S256"
                + "&code_challenge="
                + challenge()
                + "&redirect_uri="
                + Http.encode(CALLBACK));
    assertThat(direct.body())
        .contains("PAR request_uri not included")
        .doesNotContain("kc-form-login");
    // Another address.
    assertThat(push(Map.of("redirect_uri", "https://evil.example.org/callback")).status())
        .isEqualTo(400);
    // An assertion for another audience than the issuer.
    Map<String, String> form = new LinkedHashMap<>(request());
    form.put("client_assertion", key.assertion(CLIENT, realm.endpoint("token")));
    assertThat(Http.postForm(par(), form).status()).isBetween(400, 401);
    // Settings that the profile forbids.
    for (Map.Entry<String, String> setting :
        Map.of(
                "dpop.bound.access.tokens", "false",
                "access.token.signed.response.alg", "RS256")
            .entrySet()) {
      ObjectNode changed = client.deepCopy();
      ((ObjectNode) changed.get("attributes")).put(setting.getKey(), setting.getValue());
      Response answer = TestStack.get().admin().put(path, changed.toString());
      if (answer.status() == 204) {
        // Keycloak has put it right itself.
        JsonNode stored = TestStack.get().admin().get(path).expect(200).json();
        assertThat(stored.get("attributes").get(setting.getKey()).asText())
            .as(setting.getKey())
            .isNotEqualTo(setting.getValue());
      } else {
        answer.expect(400);
      }
    }
    ObjectNode secret = client.deepCopy().put("clientAuthenticatorType", "client-secret");
    TestStack.get().admin().put(path, secret.toString()).expect(400);
  }

  private Response push(Map<String, String> more) throws Exception {
    Map<String, String> form = new LinkedHashMap<>(request());
    form.put("client_assertion", key.assertion(CLIENT, realm.url()));
    form.putAll(more);
    return Http.postForm(par(), form);
  }

  private Response token(Map<String, String> grant, String... headers) throws Exception {
    Map<String, String> form = new LinkedHashMap<>(grant);
    form.put("client_id", CLIENT);
    form.put("redirect_uri", CALLBACK);
    form.put("code_verifier", VERIFIER);
    form.put("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer");
    form.put("client_assertion", key.assertion(CLIENT, realm.url()));
    return Http.postForm(realm.endpoint("token"), form, headers);
  }

  private String par() {
    return realm.endpoint("ext/par/request");
  }

  private static Map<String, String> request() throws Exception {
    Map<String, String> form = new LinkedHashMap<>();
    form.put("client_id", CLIENT);
    form.put("response_type", "code");
    form.put("scope", "openid tasks:read");
    form.put("redirect_uri", CALLBACK);
    form.put("state", "a-state");
    form.put("nonce", "a-nonce");
    form.put("code_challenge_method", "S256");
    form.put("code_challenge", challenge());
    form.put("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer");
    return form;
  }

  private static String challenge() throws Exception {
    byte[] hash =
        MessageDigest.getInstance("SHA-256").digest(VERIFIER.getBytes(StandardCharsets.US_ASCII));
    return Base64.getUrlEncoder().withoutPadding().encodeToString(hash);
  }

  private static JsonNode header(String token) throws Exception {
    return JSON.readTree(Base64.getUrlDecoder().decode(token.substring(0, token.indexOf('.'))));
  }
}
