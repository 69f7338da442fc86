package dev.bulwark.it.logout;

import com.fasterxml.jackson.databind.JsonNode;
import dev.bulwark.it.support.Http;
import dev.bulwark.it.support.Json;
import dev.bulwark.it.support.Realm;
import dev.bulwark.it.support.Response;
import java.net.http.HttpRequest;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * A receiver of shared signals: it has a stream for {@code session-revoked} and polls it as RFC
 * 8936 says.
 */
final class SignalReceiver {

  static final String SESSION_REVOKED =
      "https://schemas.openid.net/secevent/caep/event-type/session-revoked";

  private static final String CLIENT = "signal-receiver";
  private static final String SECRET = "signal-receiver-secret";
  private static final List<String> SCOPES = List.of("ssf.read", "ssf.manage");

  private final LogoutRealm realm;
  private final List<JsonNode> revoked = new ArrayList<>();
  private String pollUrl = "";

  private SignalReceiver(LogoutRealm realm) {
    this.realm = realm;
  }

  /** Switches the transmitter of a realm on, and adds a receiver that wants all users. */
  static SignalReceiver of(LogoutRealm realm) {
    SignalReceiver receiver = new SignalReceiver(realm);
    receiver.addClient();
    receiver.addStream();
    return receiver;
  }

  private void addClient() {
    realm
        .admin()
        .post(
            realm.path("/clients"),
            Json.object(
                "clientId",
                CLIENT,
                "secret",
                SECRET,
                "serviceAccountsEnabled",
                true,
                "standardFlowEnabled",
                false,
                "attributes",
                Map.of("ssf.enabled", "true", "ssf.defaultSubjects", "ALL")))
        .expect(201);
    for (String scope : SCOPES) {
      realm
          .admin()
          .put(
              realm.path(
                  "/clients/"
                      + realm.clientUuid(CLIENT)
                      + "/optional-client-scopes/"
                      + scopeId(scope)),
              "{}")
          .expect(204);
    }
  }

  private String scopeId(String name) {
    for (JsonNode scope : realm.admin().get(realm.path("/client-scopes")).expect(200).json()) {
      if (scope.get("name").asText().equals(name)) {
        return scope.get("id").asText();
      }
    }
    throw new AssertionError("Keycloak has no client scope " + name);
  }

  private void addStream() {
    Response stream =
        post(
                realm.url() + "/ssf/transmitter/streams",
                Json.of(
                    Map.of(
                        "delivery",
                        Map.of("method", "urn:ietf:rfc:8936"),
                        "events_requested",
                        List.of(SESSION_REVOKED))))
            .expect(201);
    pollUrl = stream.json().get("delivery").get("endpoint_url").asText();
  }

  private Response post(String url, String json) {
    String token =
        Http.postForm(
                realm.url() + "/protocol/openid-connect/token",
                Map.of("grant_type", "client_credentials", "scope", String.join(" ", SCOPES)),
                "Authorization",
                Realm.basic(CLIENT, SECRET))
            .expect(200)
            .text("access_token");
    return Http.send(
        Http.request(url)
            .header("Authorization", "Bearer " + token)
            .header("Content-Type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofString(json)));
  }

  /** Takes what waits, and returns the claims of all tokens that tell of an ended session. */
  List<JsonNode> revoked() {
    JsonNode sets =
        post(pollUrl, Json.object("maxEvents", 100, "returnImmediately", true))
            .expect(200)
            .json()
            .get("sets");
    List<String> taken = new ArrayList<>();
    sets.fields()
        .forEachRemaining(
            set -> {
              taken.add(set.getKey());
              JsonNode claims = Realm.claims(set.getValue().asText());
              if (claims.get("events").has(SESSION_REVOKED)) {
                revoked.add(claims);
              }
            });
    if (!taken.isEmpty()) {
      post(pollUrl, Json.object("maxEvents", 0, "returnImmediately", true, "ack", taken))
          .expect(200);
    }
    return revoked;
  }

  /** The sessions that the tokens name, in order. */
  List<String> sessions() {
    return revoked().stream().map(SignalReceiver::session).toList();
  }

  static String session(JsonNode claims) {
    return claims.get("sub_id").get("session").get("id").asText();
  }
}
