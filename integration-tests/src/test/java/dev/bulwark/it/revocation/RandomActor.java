package dev.bulwark.it.revocation;

import com.fasterxml.jackson.databind.JsonNode;
import dev.bulwark.it.support.FormBrowser;
import dev.bulwark.it.support.Http;
import dev.bulwark.it.support.Response;
import java.net.http.HttpRequest;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/**
 * One of several threads that do whatever users, clients and administrators do, in an order that
 * the seed gives. What it does it does to the same users as the others, so that everything runs
 * into everything. A request may be refused: its user may be gone by then.
 */
final class RandomActor {

  /** What all actors share. */
  record World(PathRealm realm, TokenBook book, List<String> users, List<String> clients) {

    static World of(PathRealm realm, TokenBook book, int users) {
      World world =
          new World(realm, book, new CopyOnWriteArrayList<>(), new CopyOnWriteArrayList<>());
      for (int i = 0; i < users; i++) {
        String user = "user" + i;
        realm.createUser(user);
        world.users().add(user);
      }
      for (String client : List.of("cli", "other", "light")) {
        world.clients().add(client);
      }
      return world;
    }
  }

  private record Held(String client, String user, String access, String refresh) {}

  private static final int MAX_HELD = 30;

  private final World world;
  private final Random random;
  private final String name;
  private final List<Held> held = new ArrayList<>();
  private FormBrowser browser;
  private int made;

  RandomActor(World world, long seed, int number) {
    this.world = world;
    this.random = new Random(seed * 31 + number);
    this.name = "actor" + number;
    this.browser = world.realm().browser();
  }

  /** Does one thing. */
  void act() {
    int dice = random.nextInt(100);
    if (dice < 25 || held.isEmpty()) {
      login(random.nextInt(4) == 0 ? "openid offline_access" : "openid");
    } else if (dice < 50) {
      refresh();
    } else if (dice < 58) {
      browserLogin();
    } else if (dice < 62) {
      service();
    } else if (dice < 67) {
      exchange();
    } else if (dice < 74) {
      Held one = take();
      world.realm().logout(one.client(), one.refresh());
    } else if (dice < 79) {
      Held one = pick();
      world.realm().revoke(one.client(), one.access());
    } else if (dice < 84) {
      Held one = take();
      world.realm().revoke(one.client(), one.refresh());
    } else if (dice < 88) {
      adminLogout();
    } else if (dice < 92) {
      deleteSession();
    } else if (dice < 94) {
      replaceUser();
    } else if (dice < 95) {
      replaceClient();
    } else if (dice < 97) {
      impersonate();
    } else {
      replaceIdentity();
    }
  }

  private void login(String scope) {
    String user = any(world.users());
    String client = any(world.clients());
    keep(
        client,
        user,
        world
            .realm()
            .token(
                client,
                Map.of(
                    "grant_type",
                    "password",
                    "username",
                    user,
                    "password",
                    PathRealm.PASSWORD,
                    "scope",
                    scope)),
        "login " + scope);
  }

  private void refresh() {
    Held one = pick();
    // The same refresh token again and again: reuse is allowed in this realm.
    keep(one.client(), one.user(), world.realm().refresh(one.client(), one.refresh()), "refresh");
  }

  private void browserLogin() {
    String user = any(world.users());
    FormBrowser.Page page = browser.open(world.realm().authorization("cli", "code", Map.of()));
    if (!page.parameters().containsKey("code")
        && page.response().body().contains("kc-form-login")) {
      page = PathRealm.signIn(browser, page, user);
    }
    String code = page.parameters().get("code");
    if (code == null) {
      browser = world.realm().browser();
      return;
    }
    Response tokens = world.realm().redeem("cli", code);
    keep("cli", user, tokens, "browser");
    if (random.nextInt(3) == 0 && tokens.status() == 200) {
      browser.open(world.realm().endpoint("logout") + "?id_token_hint=" + tokens.text("id_token"));
      browser = world.realm().browser();
    }
  }

  /** A login over the identity cookie of another session ends that one silently. */
  private void replaceIdentity() {
    FormBrowser other = world.realm().browser();
    FormBrowser.Page form = other.open(world.realm().authorization("cli", "code", Map.of()));
    other.takeIdentityFrom(browser);
    String user = any(world.users());
    if (form.response().body().contains("kc-form-login")) {
      String code = PathRealm.signIn(other, form, user).parameters().get("code");
      if (code != null) {
        keep("cli", user, world.realm().redeem("cli", code), "replacing identity");
      }
    }
    browser = other;
  }

  private void service() {
    Response tokens = world.realm().token("service", Map.of("grant_type", "client_credentials"));
    if (tokens.status() == 200) {
      world.book().add(tokens.text("access_token"), name + " service");
    }
  }

  private void exchange() {
    Held one = pick();
    String client = random.nextBoolean() ? "cli" : "other";
    Response tokens = world.realm().exchange(client, one.access());
    if (tokens.status() == 200) {
      world.book().add(tokens.text("access_token"), name + " exchange");
    }
  }

  private void adminLogout() {
    String id = idOf(any(world.users()));
    if (id != null) {
      world.realm().admin().post(world.realm().path("/users/" + id + "/logout"), "{}");
    }
  }

  private void deleteSession() {
    String id = idOf(any(world.users()));
    if (id == null) {
      return;
    }
    Response sessions = world.realm().admin().get(world.realm().path("/users/" + id + "/sessions"));
    if (sessions.status() == 200 && !sessions.json().isEmpty()) {
      JsonNode session = sessions.json().get(random.nextInt(sessions.json().size()));
      world.realm().admin().delete(world.realm().path("/sessions/" + session.get("id").asText()));
    }
  }

  /** A user goes, by deletion or for good by being disabled; another comes. */
  private void replaceUser() {
    String user = any(world.users());
    String id = idOf(user);
    if (id == null || !world.users().remove(user)) {
      return;
    }
    String fresh = name + "-user" + made++;
    world.realm().createUser(fresh);
    world.users().add(fresh);
    if (random.nextBoolean()) {
      world.realm().admin().delete(world.realm().path("/users/" + id));
    } else {
      world.realm().admin().put(world.realm().path("/users/" + id), "{\"enabled\":false}");
    }
  }

  private void replaceClient() {
    String fresh = name + "-client" + made++;
    world.realm().createClient(fresh);
    String old = world.clients().size() > 3 ? world.clients().get(3) : null;
    world.clients().add(fresh);
    if (old == null || !world.clients().remove(old)) {
      return;
    }
    String path = world.realm().path("/clients/" + world.realm().clientUuid(old));
    if (random.nextBoolean()) {
      world.realm().admin().delete(path);
    } else {
      world.realm().update("/clients/" + world.realm().clientUuid(old), Map.of("enabled", false));
    }
  }

  /** Ends the session of the administrator who does it, silently. */
  private void impersonate() {
    Response admin =
        world
            .realm()
            .token(
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
    world.book().add(admin.text("access_token"), name + " impersonator");
    Http.send(
        Http.request(
                world.realm().server()
                    + "/admin"
                    + world.realm().path("/users/" + id + "/impersonation"))
            .header("Authorization", "Bearer " + admin.text("access_token"))
            .POST(HttpRequest.BodyPublishers.noBody()));
  }

  private @Nullable String idOf(String user) {
    JsonNode found =
        world
            .realm()
            .admin()
            .get(world.realm().path("/users?exact=true&username=" + Http.encode(user)))
            .json();
    return found.isEmpty() ? null : found.get(0).get("id").asText();
  }

  private void keep(String client, String user, Response tokens, String origin) {
    if (tokens.status() != 200) {
      return;
    }
    world.book().add(tokens.text("access_token"), name + " " + origin + " " + client + " " + user);
    if (tokens.json().has("refresh_token")) {
      held.add(new Held(client, user, tokens.text("access_token"), tokens.text("refresh_token")));
      if (held.size() > MAX_HELD) {
        held.remove(0);
      }
    }
  }

  private Held pick() {
    return held.get(random.nextInt(held.size()));
  }

  private Held take() {
    return held.remove(random.nextInt(held.size()));
  }

  private String any(List<String> names) {
    List<String> now = List.copyOf(names);
    return now.get(random.nextInt(now.size()));
  }
}
