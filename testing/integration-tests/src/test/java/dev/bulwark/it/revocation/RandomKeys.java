package dev.bulwark.it.revocation;

import com.fasterxml.jackson.databind.JsonNode;
import dev.bulwark.it.support.Http;
import dev.bulwark.it.support.Json;
import dev.bulwark.it.support.Response;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** API keys of users in a random run: their exchange, and what ends them. For one thread. */
final class RandomKeys {

  /** A key that has not been ended, but for the end of its user. */
  private record Held(String id, String key, String user) {}

  private static final int MAX_HELD = 5;

  private final RandomWorld world;
  private final Random random;
  private final String name;
  private final List<Held> held = new ArrayList<>();

  RandomKeys(RandomWorld world, Random random, String name) {
    this.world = world;
    this.random = random;
    this.name = name;
  }

  /** All that happens to keys. */
  List<RandomActor.Choice> choices() {
    return List.of(
        new RandomActor.Choice(30, this::exchange), new RandomActor.Choice(15, this::end));
  }

  /** Makes a key, as long as there are few, and exchanges one for a token. */
  private void exchange() {
    if (held.size() < MAX_HELD) {
      make();
    }
    if (held.isEmpty()) {
      return;
    }
    Held one = held.get(random.nextInt(held.size()));
    Response tokens = world.realm(random).exchangeKey("cli", one.key());
    if (tokens.status() == 200) {
      world
          .book()
          .add(
              tokens.text("access_token"),
              new TokenBook.Origin(one.user(), "cli", "API key", name));
    } else {
      // Its user is gone, or disabled now: not once more, since wrong keys are limited.
      held.remove(one);
    }
  }

  private void make() {
    List<String> users = List.copyOf(world.users());
    String user = users.get(random.nextInt(users.size()));
    PathRealm realm = world.realm(random);
    JsonNode found =
        realm.admin().get(realm.path("/users?exact=true&username=" + Http.encode(user))).json();
    if (found.isEmpty()) {
      return;
    }
    Response made =
        realm
            .admin()
            .post(
                realm.path("/api-keys"),
                Json.of(
                    Map.of(
                        "name",
                        name,
                        "owner",
                        Map.of("type", "user", "id", found.get(0).get("id").asText()))));
    if (made.status() == 201) {
      held.add(new Held(made.text("id"), made.text("key"), user));
    }
  }

  private void end() {
    if (held.isEmpty()) {
      return;
    }
    Held one = held.remove(random.nextInt(held.size()));
    PathRealm realm = world.realm(random);
    String path = realm.path("/api-keys/" + one.id());
    switch (random.nextInt(3)) {
      case 0 -> during("key deleted", one, () -> realm.admin().delete(path));
      case 1 ->
          during(
              "key deactivated",
              one,
              () -> realm.admin().patch(path, Json.object("active", false)));
      default ->
          during(
              "key rotated",
              one,
              () -> realm.admin().post(path + "/rotate", Json.object("overlapSeconds", 0)));
    }
  }

  private void during(String what, Held key, Runnable request) {
    world.endings().during(name + ": " + what, key.user(), request);
  }
}
