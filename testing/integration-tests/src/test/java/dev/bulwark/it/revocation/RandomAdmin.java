package dev.bulwark.it.revocation;

import com.fasterxml.jackson.databind.JsonNode;
import dev.bulwark.it.support.Http;
import dev.bulwark.it.support.Json;
import dev.bulwark.it.support.Response;
import java.net.http.HttpRequest;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/** What administrators do in a random run. For one thread. */
final class RandomAdmin {

  private final RandomWorld world;
  private final Random random;
  private final String name;
  private int made;

  RandomAdmin(RandomWorld world, Random random, String name) {
    this.world = world;
    this.random = random;
    this.name = name;
  }

  /** All that an administrator does. */
  List<RandomActor.Choice> choices() {
    return List.of(
        new RandomActor.Choice(40, this::logoutUser),
        new RandomActor.Choice(40, this::deleteSession),
        new RandomActor.Choice(15, this::endEverything),
        new RandomActor.Choice(20, this::replaceUser),
        new RandomActor.Choice(20, this::replaceClient),
        new RandomActor.Choice(20, this::impersonate),
        new RandomActor.Choice(15, this::revokeConsent),
        new RandomActor.Choice(15, this::disableUserForAMoment),
        new RandomActor.Choice(10, this::disableClientForAMoment),
        new RandomActor.Choice(10, this::clientNotBefore),
        new RandomActor.Choice(4, this::realmNotBefore),
        new RandomActor.Choice(4, this::logoutAll),
        new RandomActor.Choice(4, this::forgetRemembered),
        new RandomActor.Choice(1, this::removeProvider),
        new RandomActor.Choice(20, () -> world.renamed().ifPresent(RenamedRealm::login)),
        new RandomActor.Choice(3, () -> world.renamed().ifPresent(RenamedRealm::rename)),
        new RandomActor.Choice(3, () -> world.renamed().ifPresent(RenamedRealm::move)),
        new RandomActor.Choice(8, () -> world.members().ifPresent(RandomMembers::loginOfMember)),
        new RandomActor.Choice(20, () -> world.members().ifPresent(m -> m.loginOfPerson(random))),
        new RandomActor.Choice(3, () -> world.members().ifPresent(m -> m.replaceStore(random))),
        new RandomActor.Choice(
            2, () -> world.members().ifPresent(RandomMembers::disableOrganizationForAMoment)),
        new RandomActor.Choice(
            1, () -> world.members().ifPresent(RandomMembers::switchOffOrganizationsForAMoment)));
  }

  private void logoutUser() {
    String user = any(world.users());
    String id = idOf(user);
    if (id != null) {
      PathRealm realm = realm();
      end(
          "user logged out",
          user,
          () -> realm.admin().post(realm.path("/users/" + id + "/logout"), "{}"));
    }
  }

  /** What an identity provider or a service asks for that knows of a stolen device. */
  private void endEverything() {
    String user = any(world.users());
    String id = idOf(user);
    if (id != null) {
      PathRealm realm = realm();
      end("global token revocation", user, () -> realm.endEverything(id));
    }
  }

  private void deleteSession() {
    String user = any(world.users());
    String id = idOf(user);
    if (id == null) {
      return;
    }
    PathRealm realm = realm();
    Response sessions = realm.admin().get(realm.path("/users/" + id + "/sessions"));
    if (sessions.status() == 200 && !sessions.json().isEmpty()) {
      JsonNode session = sessions.json().get(random.nextInt(sessions.json().size()));
      String sid = session.get("id").asText();
      end(
          "session deleted " + sid,
          user,
          () -> realm.admin().delete(realm.path("/sessions/" + sid)));
    }
  }

  /** A user goes, by deletion or for good by being disabled; another comes. */
  private void replaceUser() {
    String user = any(world.users());
    String id = idOf(user);
    if (id == null || !world.users().remove(user)) {
      return;
    }
    PathRealm realm = realm();
    String fresh = name + "-user" + made++;
    realm.createUser(fresh);
    world.users().add(fresh);
    String path = realm.path("/users/" + id);
    if (random.nextBoolean()) {
      end("user deleted", user, () -> realm.admin().delete(path));
    } else {
      end("user disabled", user, () -> realm.admin().put(path, Json.object("enabled", false)));
    }
  }

  /** A client comes, another goes. */
  private void replaceClient() {
    PathRealm realm = realm();
    String fresh = name + "-client" + made++;
    realm.createClient(fresh);
    Optional<String> old = world.takeClient();
    world.clients().add(fresh);
    if (old.isEmpty()) {
      return;
    }
    String client = old.get();
    String path = "/clients/" + realm.clientUuid(client);
    switch (random.nextInt(3)) {
      case 0 -> end("client deleted", client, () -> realm.admin().delete(realm.path(path)));
      case 1 -> end("client disabled", client, () -> update(path, Map.of("enabled", false)));
      default -> {
        String renamed = client + "-renamed";
        end("client renamed", client, () -> update(path, Map.of("clientId", renamed)));
        world.clients().add(renamed);
      }
    }
  }

  /** Ends the session of the administrator who does it, silently. */
  private void impersonate() {
    PathRealm realm = realm();
    Response admin =
        realm.token(
            "cli",
            Map.of(
                "grant_type",
                "password",
                "username",
                "cyn",
                "password",
                PathRealm.PASSWORD,
                "scope",
                "openid"));
    String id = idOf(any(world.users()));
    if (admin.status() != 200 || id == null) {
      return;
    }
    world
        .book()
        .add(admin.text("access_token"), new TokenBook.Origin("cyn", "cli", "impersonator", name));
    HttpRequest.Builder request =
        Http.request(realm.server() + "/admin" + realm.path("/users/" + id + "/impersonation"))
            .header("Authorization", "Bearer " + admin.text("access_token"))
            .POST(HttpRequest.BodyPublishers.noBody());
    end("impersonation", "cyn", () -> Http.send(request));
  }

  private void revokeConsent() {
    String user = any(world.users());
    String id = idOf(user);
    if (id != null) {
      PathRealm realm = realm();
      end(
          "consent revoked",
          user,
          () -> realm.admin().delete(realm.path("/users/" + id + "/consents/consenting")));
    }
  }

  private void disableUserForAMoment() {
    String user = any(world.users());
    String id = idOf(user);
    if (id == null) {
      return;
    }
    PathRealm realm = realm();
    String path = realm.path("/users/" + id);
    end("user disabled", user, () -> realm.admin().put(path, Json.object("enabled", false)));
    end("user enabled", user, () -> realm.admin().put(path, Json.object("enabled", true)));
    world.excuses().livesAgain(user, System.currentTimeMillis());
  }

  private void disableClientForAMoment() {
    String client = any(world.clients());
    Optional<String> uuid = uuidOf(client);
    if (uuid.isEmpty()) {
      return;
    }
    String path = "/clients/" + uuid.get();
    end("client disabled", client, () -> update(path, Map.of("enabled", false)));
    end("client enabled", client, () -> update(path, Map.of("enabled", true)));
    world.excuses().livesAgain(client, System.currentTimeMillis());
  }

  private void clientNotBefore() {
    String client = any(world.clients());
    uuidOf(client)
        .ifPresent(
            uuid ->
                end(
                    "not-before of client",
                    client,
                    () -> {
                      // The time is taken within, so that it never goes back.
                      synchronized (world.representations()) {
                        update("/clients/" + uuid, Map.of("notBefore", seconds()));
                      }
                    }));
  }

  private void realmNotBefore() {
    PathRealm realm = realm();
    end(
        "not-before of realm",
        "",
        () -> {
          synchronized (world.representations()) {
            realm.admin().put(realm.path(""), Json.object("notBefore", seconds()));
          }
        });
  }

  private void logoutAll() {
    PathRealm realm = realm();
    end(
        "logout of all",
        "",
        () -> {
          synchronized (world.representations()) {
            realm.admin().post(realm.path("/logout-all"), "{}");
          }
        });
  }

  /** Turns "remember me" off and on again. */
  private void forgetRemembered() {
    PathRealm realm = realm();
    synchronized (world.representations()) {
      end(
          "remember me off",
          "",
          () -> realm.admin().put(realm.path(""), Json.object("rememberMe", false)));
      end(
          "remember me on",
          "",
          () -> realm.admin().put(realm.path(""), Json.object("rememberMe", true)));
      world.excuses().livesAgain(RandomWorld.REMEMBERED, System.currentTimeMillis());
    }
  }

  private void removeProvider() {
    world.takeBroker().ifPresent(broker -> end("provider removed", "", broker::remove));
  }

  /** Changes a client; one that is gone by now is left alone. */
  private void update(String path, Map<String, Object> changes) {
    synchronized (world.representations()) {
      realm().tryUpdate(path, changes);
    }
  }

  private Optional<String> uuidOf(String client) {
    PathRealm realm = realm();
    JsonNode found =
        realm.admin().get(realm.path("/clients?clientId=" + Http.encode(client))).json();
    return found.isEmpty() ? Optional.empty() : Optional.of(found.get(0).get("id").asText());
  }

  private @Nullable String idOf(String user) {
    PathRealm realm = realm();
    JsonNode found =
        realm.admin().get(realm.path("/users?exact=true&username=" + Http.encode(user))).json();
    return found.isEmpty() ? null : found.get(0).get("id").asText();
  }

  private void end(String what, String whose, Runnable request) {
    world.endings().during(name + ": " + what, whose, request);
  }

  private PathRealm realm() {
    return world.realm(random);
  }

  private static long seconds() {
    return Math.floorDiv(System.currentTimeMillis(), 1000L);
  }

  private String any(List<String> names) {
    List<String> now = List.copyOf(names);
    return now.get(random.nextInt(now.size()));
  }
}
