package dev.bulwark.it.revocation;

import com.fasterxml.jackson.databind.JsonNode;
import dev.bulwark.it.support.Http;
import dev.bulwark.it.support.Json;
import dev.bulwark.it.support.Realm;
import dev.bulwark.it.support.Response;
import dev.bulwark.it.support.TestStack;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicReference;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionTimeoutException;

/**
 * A realm that writes change one by one, its live tokens of each kind, and their comparison: Redis
 * has the key of exactly those that introspection calls inactive. For one thread.
 */
final class MutatedRealm {

  private static final String PREFIX = "mutated-";

  /** Before a token is that near its end, another one takes its place. */
  private static final Duration LEFT = Duration.ofMinutes(2);

  /** How long an answer of introspection may be younger than the key of Redis. */
  private static final Duration A_MOMENT = Duration.ofSeconds(5);

  private final TestStack stack;
  private final RevokedKeys keys;
  private final List<String> faults = new ArrayList<>();

  /** Kinds whose token has died, or was found to be wrong. */
  private final Set<String> gone = new TreeSet<>();

  private PathRealm realm;
  private TokenKinds kinds;
  private long loggedInAt;
  private int made;
  private int dead;

  MutatedRealm(TestStack stack, RevokedKeys keys) {
    this.stack = stack;
    this.keys = keys;
    this.realm = PathRealm.known(stack.url(), stack.admin(), PREFIX + made);
    this.kinds = begin();
  }

  PathRealm realm() {
    return realm;
  }

  /** Tokens of ann, for the account API. */
  Response own() {
    return kinds.all().get("login");
  }

  /** A realm as it was at first, with new tokens. */
  void beginAnew() {
    removeAll();
    kinds = begin();
  }

  private TokenKinds begin() {
    gone.clear();
    made++;
    realm = PathRealm.create(stack.url(), stack.admin(), PREFIX + made);
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

    stack
        .admin()
        .post(
            realm.path("/clients/" + realm.clientUuid("cli") + "/roles"),
            Json.object("name", "editor"))
        .expect(201);
    TokenKinds all = new TokenKinds(realm);
    loggedInAt = System.nanoTime();
    return all;
  }

  /** Gets other tokens in place of those that are dead; in a new realm where this one has none. */
  void replaceDead(String write) {
    try {
      kinds.replace(gone);
    } catch (AssertionError | RuntimeException e) {
      beginAnew();
      return;
    }
    gone.clear();
    loggedInAt = System.nanoTime();
    if (!compare(write + ", a token got after it")) {
      beginAnew();
    }
  }

  /** Gets other tokens in place of those that soon die of old age, as those of API keys. */
  void replaceOld() {
    long soon = System.currentTimeMillis() / 1000 + LEFT.toSeconds();
    kinds
        .all()
        .forEach(
            (kind, tokens) -> {
              if (Realm.claims(tokens.text("access_token")).get("exp").asLong() < soon) {
                gone.add(kind);
              }
            });
    if (!gone.isEmpty()) {
      replaceDead("old age");
    }
  }

  /** The sessions are old enough that a limit of a second ends them at once. */
  void awaitAge() {
    Awaitility.await()
        .atMost(Duration.ofSeconds(10))
        .until(() -> System.nanoTime() - loggedInAt > Duration.ofSeconds(2).toNanos());
  }

  /**
   * Compares all tokens that were alive before a write.
   *
   * @return whether all are alive after it
   */
  boolean compare(String write) {
    boolean alive = true;
    for (Map.Entry<String, Response> kind : kinds.all().entrySet()) {
      if (gone.contains(kind.getKey())) {
        continue;
      }
      String token = kind.getValue().text("access_token");
      State first = look(token);
      if (first == State.UNKNOWN) {
        return false;
      }
      if (first == State.LIVE) {
        continue;
      }
      alive = false;
      gone.add(kind.getKey());
      State last = first == State.DEAD ? first : awaitAgreement(token);
      if (last == State.ESCAPED || last == State.ENDED_FALSELY) {
        String fault = last + ": " + kind.getKey() + ": " + write;
        System.out.println(fault);
        faults.add(fault);
      } else if (last == State.DEAD) {
        dead++;
      } else if (last == State.LIVE) {
        gone.remove(kind.getKey());
      }
    }
    return alive;
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
