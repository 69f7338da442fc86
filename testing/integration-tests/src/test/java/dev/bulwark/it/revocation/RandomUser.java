package dev.bulwark.it.revocation;

import dev.bulwark.it.support.FormBrowser;
import dev.bulwark.it.support.Realm;
import dev.bulwark.it.support.Response;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;

/** What users and their applications do in a random run. For one thread. */
final class RandomUser {

  /** Tokens that a client has, and may use or end. */
  private record Held(
      String client, String user, String access, String refresh, boolean remembered) {

    /** The kind of what is got with these tokens: a realm without "remember me" ends it as well. */
    String kind(String kind) {
      return remembered ? RandomWorld.REMEMBERED : kind;
    }
  }

  private static final int MAX_HELD = 30;

  private final RandomWorld world;
  private final Random random;
  private final String name;
  private final List<Held> held = new ArrayList<>();
  private FormBrowser browser;

  /** Whether the browser's session is remembered. */
  private boolean remembered;

  /** Whose session the browser has had last. */
  private String browserUser = "";

  private int made;

  RandomUser(RandomWorld world, Random random, String name) {
    this.world = world;
    this.random = random;
    this.name = name;
    this.browser = realm().browser();
  }

  private void freshBrowser() {
    browser = realm().browser();
    remembered = false;
  }

  /** All that a user does. */
  List<RandomActor.Choice> choices() {
    return List.of(
        new RandomActor.Choice(250, this::login),
        new RandomActor.Choice(250, this::refresh),
        new RandomActor.Choice(70, this::browserLogin),
        new RandomActor.Choice(15, this::rememberedLogin),
        new RandomActor.Choice(40, this::service),
        new RandomActor.Choice(50, this::exchange),
        new RandomActor.Choice(70, this::logout),
        new RandomActor.Choice(50, this::revokeAccess),
        new RandomActor.Choice(50, this::revokeRefresh),
        new RandomActor.Choice(30, this::replaceIdentity),
        new RandomActor.Choice(25, this::reuseCode),
        new RandomActor.Choice(25, this::consent),
        new RandomActor.Choice(25, this::endDevices),
        new RandomActor.Choice(10, this::providerLogin));
  }

  /** Whether there is something to refresh and to end. */
  boolean holdsTokens() {
    return !held.isEmpty();
  }

  /** A login with the password grant. */
  void login() {
    String user = any(world.users());
    String client = any(world.clients());
    String scope = random.nextInt(4) == 0 ? "openid offline_access" : "openid";
    Response tokens =
        realm()
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
                    scope));
    keep(client, user, tokens, "login " + scope);
  }

  private void refresh() {
    Held one = pick();
    // Without rotation the same refresh token is used again and again. With it, that is reuse,
    // which ends the session: it happens now and then.
    if (world.rotation() && random.nextInt(6) > 0) {
      held.remove(one);
    }
    keep(
        one.client(),
        one.user(),
        realm().refresh(one.client(), one.refresh()),
        one.kind("refresh"));
  }

  private void browserLogin() {
    String user = any(world.users());
    Optional<Response> tokens = redeem(user, signIn(user, false), kindOfBrowser());
    if (tokens.isPresent() && random.nextInt(3) == 0) {
      String logout =
          realm().endpoint("logout") + "?id_token_hint=" + tokens.get().text("id_token");
      end("browser logout", userOf(tokens.get(), user), () -> browser.open(logout));
      freshBrowser();
    }
  }

  /** A login that "remember me" is ticked for; a realm without it ends its session. */
  private void rememberedLogin() {
    String user = any(world.users());
    freshBrowser();
    redeem(user, signIn(user, true), kindOfBrowser());
  }

  /** A code that comes twice ends the session. */
  private void reuseCode() {
    String user = any(world.users());
    String code = signIn(user, false);
    redeem(user, code, kindOfBrowser())
        .ifPresent(
            tokens -> end("code reused", userOf(tokens, user), () -> realm().redeem("cli", code)));
  }

  /** The code of a login, without a form if the browser has a session; empty without one. */
  private String signIn(String user, boolean remember) {
    FormBrowser.Page page = browser.open(realm().authorization("cli", "code", Map.of()));
    if (!page.parameters().containsKey("code")
        && page.response().body().contains("kc-form-login")) {
      remembered = remember;
      page =
          remember
              ? PathRealm.signInRemembered(browser, page, user)
              : PathRealm.signIn(browser, page, user);
    }
    String code = page.parameters().get("code");
    if (code == null) {
      freshBrowser();
      return "";
    }
    return code;
  }

  private Optional<Response> redeem(String user, String code, String kind) {
    if (code.isEmpty()) {
      return Optional.empty();
    }
    Response tokens = realm().redeem("cli", code);
    keep("cli", user, tokens, kind);
    if (tokens.status() == 200) {
      browserUser = userOf(tokens, user);
    }
    return tokens.status() == 200 ? Optional.of(tokens) : Optional.empty();
  }

  /** A login over the identity cookie of another session ends that one silently. */
  private void replaceIdentity() {
    FormBrowser other = realm().browser();
    FormBrowser.Page form = other.open(realm().authorization("cli", "code", Map.of()));
    other.takeIdentityFrom(browser);
    String user = any(world.users());
    if (form.response().body().contains("kc-form-login")) {
      String code = PathRealm.signIn(other, form, user).parameters().get("code");
      if (code != null) {
        end(
            "replaced identity",
            browserUser,
            () -> keep("cli", user, realm().redeem("cli", code), "replacing identity"));
        remembered = false;
        browserUser = user;
      }
    }
    browser = other;
  }

  /** A consent that is given, and in half of the cases taken back by the user. */
  private void consent() {
    String user = any(world.users());
    FormBrowser own = realm().browser();
    FormBrowser.Page page = own.open(realm().authorization("consenting", "code", Map.of()));
    page = PathRealm.signIn(own, page, user);
    if (!page.parameters().containsKey("code") && page.response().body().contains("accept")) {
      page = own.submit(page, Map.of("accept", "Yes"));
    }
    String code = page.parameters().get("code");
    if (code == null) {
      return;
    }
    keep("consenting", user, realm().redeem("consenting", code), "consent");
    String self = own.open(realm().authorization("cli", "code", Map.of())).parameters().get("code");
    if (self == null) {
      return;
    }
    Response tokens = realm().redeem("cli", self);
    keep("cli", user, tokens, "browser");
    if (tokens.status() == 200 && random.nextBoolean()) {
      end(
          "application removed",
          user,
          () -> realm().account(tokens, "DELETE", "/applications/consenting/consent"));
    }
  }

  /** The account console: one device, or all of them. */
  private void endDevices() {
    String user = any(world.users());
    Response current =
        realm()
            .token(
                "cli",
                Map.of(
                    "grant_type",
                    "password",
                    "username",
                    user,
                    "password",
                    PathRealm.PASSWORD,
                    "scope",
                    "openid"));
    keep("cli", user, current, "device");
    if (current.status() != 200) {
      return;
    }
    String path = random.nextBoolean() ? "/sessions" : "/sessions?current=true";
    end("devices ended " + path, user, () -> realm().account(current, "DELETE", path));
  }

  /** A login through the identity provider. */
  private void providerLogin() {
    world
        .broker()
        .ifPresent(
            broker -> {
              String user = name + "-guest" + made++;
              broker
                  .tryLogin(realm().browser(), user)
                  .ifPresent(tokens -> keep("cli", user, tokens, "provider"));
            });
  }

  private void service() {
    Response tokens = realm().token("service", Map.of("grant_type", "client_credentials"));
    if (tokens.status() == 200) {
      book(tokens, "service", "service", "service");
    }
  }

  private void exchange() {
    Held one = pick();
    String client = random.nextBoolean() ? "cli" : "other";
    Response tokens = realm().exchange(client, one.access());
    if (tokens.status() == 200) {
      book(tokens, client, one.user(), one.kind("exchange"));
    }
  }

  private void logout() {
    Held one = take();
    end("logout", one.user(), () -> realm().logout(one.client(), one.refresh()));
  }

  private void revokeAccess() {
    Held one = pick();
    end("revoke access", one.user(), () -> realm().revoke(one.client(), one.access()));
  }

  private void revokeRefresh() {
    Held one = take();
    end("revoke refresh", one.user(), () -> realm().revoke(one.client(), one.refresh()));
  }

  private void keep(String client, String user, Response tokens, String kind) {
    if (tokens.status() != 200) {
      return;
    }
    String owner = userOf(tokens, user);
    book(tokens, client, owner, kind);
    if (tokens.json().has("refresh_token")) {
      held.add(
          new Held(
              client,
              owner,
              tokens.text("access_token"),
              tokens.text("refresh_token"),
              kind.equals(RandomWorld.REMEMBERED)));
      if (held.size() > MAX_HELD) {
        held.remove(0);
      }
    }
  }

  private String kindOfBrowser() {
    return remembered ? RandomWorld.REMEMBERED : "browser";
  }

  /**
   * Whose tokens these are. Where the browser has a session, the authorization endpoint asks nobody
   * to log in: the user of that session gets them, and not the one that was meant.
   *
   * @param otherwise where the token does not tell
   */
  private static String userOf(Response tokens, String otherwise) {
    return Realm.claims(tokens.text("access_token")).path("preferred_username").asText(otherwise);
  }

  private void book(Response tokens, String client, String user, String kind) {
    world.book().add(tokens.text("access_token"), new TokenBook.Origin(user, client, kind, name));
  }

  private void end(String what, String whose, Runnable request) {
    world.endings().during(name + ": " + what, whose, request);
  }

  private PathRealm realm() {
    return world.realm(random);
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
