package dev.bulwark.it.revocation;

import com.fasterxml.jackson.databind.JsonNode;
import dev.bulwark.it.support.Http;
import dev.bulwark.it.support.Json;
import dev.bulwark.it.support.Response;
import dev.bulwark.it.support.TestStack;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionTimeoutException;

/**
 * A realm that writes change one by one, its live tokens of each kind, and their comparison: Redis
 * has the key of exactly those that introspection calls inactive. For one thread.
 */
final class MutatedRealm {

  private static final String PREFIX = "mutated-";

  /** How long an answer of introspection may be younger than the key of Redis. */
  private static final Duration A_MOMENT = Duration.ofSeconds(5);

  private final TestStack stack;
  private final RevokedKeys keys;
  private final Map<String, String> open = new LinkedHashMap<>();
  private final List<String> faults = new ArrayList<>();
  private PathRealm realm;
  private Response own;
  private long loggedInAt;
  private int made;
  private int dead;

  MutatedRealm(TestStack stack, RevokedKeys keys) {
    this.stack = stack;
    this.keys = keys;
    this.realm = PathRealm.known(stack.url(), stack.admin(), PREFIX + made);
    this.own = begin();
  }

  PathRealm realm() {
    return realm;
  }

  /** Tokens of ann, for the account API. */
  Response own() {
    return own;
  }

  /** A realm as it was at first, with new tokens. */
  void beginAnew() {
    removeAll();
    own = begin();
  }

  private Response begin() {
    open.clear();
    made++;
    realm = PathRealm.create(stack.url(), stack.admin(), PREFIX + made);
    realm.addAudience("cli", "other");
    String path = realm.path("/groups");
    stack.admin().post(path, Json.object("name", "staff")).expect(201);
    String group = stack.admin().get(path).expect(200).json().get(0).get("id").asText();
    String ann = realm.userId("ann");
    stack.admin().put(realm.path("/users/" + ann + "/groups/" + group), "{}").expect(204);
    JsonNode offline = stack.admin().get(realm.path("/roles/offline_access")).expect(200).json();
    stack
        .admin()
        .post(path + "/" + group + "/role-mappings/realm", "[" + offline + "]")
        .expect(204);
    stack
        .admin()
        .post(
            realm.path("/identity-provider/instances"),
            Json.of(
                Map.of(
                    "alias",
                    "google",
                    "providerId",
                    "google",
                    "config",
                    Map.of("clientId", "none", "clientSecret", "none"))))
        .expect(201);
    stack
        .admin()
        .post(
            realm.path("/users/" + ann + "/federated-identity/google"),
            Json.object("identityProvider", "google", "userId", "1", "userName", "ann"))
        .expect(204);

    Response login = realm.login("ann");
    add("login of ann", login);
    add("refresh", realm.refresh(realm.login("ben")));
    add("offline of ann", realm.login("cli", "ann", "openid offline_access"));
    add("offline of ben", realm.login("other", "ben", "openid offline_access"));
    add("exchange", realm.exchange("other", login.text("access_token")).expect(200));
    add("service", realm.service());
    add("lightweight service", realm.serviceOf("light"));
    add("code", realm.browserLogin(realm.browser(), "cli", "cyn"));
    add("consent", realm.consentingLogin(realm.browser(), "ann"));
    add("device", realm.deviceLogin("ann"));
    add("API key", apiKey(ann));
    loggedInAt = System.nanoTime();
    return login;
  }

  private void add(String kind, Response tokens) {
    open.put(tokens.text("access_token"), kind);
  }

  private Response apiKey(String userId) {
    Response key =
        stack
            .admin()
            .post(
                realm.path("/api-keys"),
                Json.of(Map.of("name", "mutated", "owner", Map.of("type", "user", "id", userId))))
            .expect(201);
    return realm.exchangeKey("cli", key.text("key")).expect(200);
  }

  /** The sessions are old enough that a limit of a second ends them at once. */
  void awaitAge() {
    Awaitility.await()
        .atMost(Duration.ofSeconds(10))
        .until(() -> System.nanoTime() - loggedInAt > Duration.ofSeconds(2).toNanos());
  }

  /**
   * Compares all tokens after a write.
   *
   * @return whether the realm goes on as it is: nothing has died, and introspection still answers
   */
  boolean compare(String write) {
    boolean goesOn = true;
    for (String token : List.copyOf(open.keySet())) {
      State first = look(token);
      if (first == State.UNKNOWN) {
        return false;
      }
      if (first == State.LIVE) {
        continue;
      }
      goesOn = false;
      State last = first == State.DEAD ? first : awaitAgreement(token);
      if (last == State.ESCAPED || last == State.ENDED_FALSELY) {
        String fault = last + ": " + open.get(token) + ": " + write;
        System.out.println(fault);
        faults.add(fault);
      } else if (last == State.DEAD) {
        dead++;
      }
      open.remove(token);
    }
    return goesOn;
  }

  /** What Redis and introspection say together. */
  private enum State {
    LIVE,
    DEAD,
    ESCAPED,
    ENDED_FALSELY,
    UNKNOWN
  }

  private State look(String token) {
    // In this order: what is in Redis must have been dead before.
    boolean hasKey = keys.contains(token);
    return isActive(token)
        .map(
            active ->
                active
                    ? hasKey ? State.ENDED_FALSELY : State.LIVE
                    : hasKey ? State.DEAD : State.ESCAPED)
        .orElse(State.UNKNOWN);
  }

  /** Redis has the time that a silent death may take, introspection a moment. */
  private State awaitAgreement(String token) {
    long start = System.nanoTime();
    AtomicReference<State> last = new AtomicReference<>(State.UNKNOWN);
    try {
      Awaitility.await()
          .atMost(Deaths.SOON)
          .pollDelay(Duration.ZERO)
          .until(
              () -> {
                last.set(look(token));
                return last.get() == State.ENDED_FALSELY
                    ? System.nanoTime() - start > A_MOMENT.toNanos()
                    : last.get() != State.ESCAPED;
              });
    } catch (ConditionTimeoutException e) {
      System.out.println("not in Redis after " + Deaths.SOON);
    }
    return last.get();
  }

  /** What introspection says; empty where it does not answer, as for a realm that wants HTTPS. */
  private Optional<Boolean> isActive(String token) {
    Response response =
        Http.postForm(
            realm.endpoint("token/introspect"),
            Map.of("token", token, "client_id", "oracle", "client_secret", PathRealm.SECRET));
    if (response.status() == 200) {
      return Optional.of(response.json().get("active").asBoolean());
    }
    Response found = stack.admin().get(realm.path(""));
    return found.status() == 404 || !found.json().get("enabled").asBoolean()
        ? Optional.of(false)
        : Optional.empty();
  }

  /** Takes all realms of this kind away, whatever their names are by now. */
  void removeAll() {
    for (JsonNode found : stack.admin().get("/realms?briefRepresentation=true").json()) {
      String name = found.get("realm").asText();
      if (name.startsWith(PREFIX)) {
        stack.admin().delete("/realms/" + Http.encode(name));
      }
    }
  }

  List<String> faults() {
    return faults;
  }

  int dead() {
    return dead;
  }

  int made() {
    return made;
  }
}
