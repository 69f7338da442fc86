package dev.bulwark.it.revocation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bulwark.it.apikey.RestResources;
import dev.bulwark.it.apikey.RestResources.Endpoint;
import dev.bulwark.it.support.Http;
import dev.bulwark.it.support.Response;
import dev.bulwark.it.support.TestStack;
import java.net.http.HttpRequest;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * R1, R2: every write of Keycloak's Admin REST and account REST, read from the server's own jar,
 * with every field of what it writes changed once, while tokens of all kinds live: Redis has those
 * that introspection calls inactive, and no other.
 */
@Tag("full")
class MutationRunIT {

  private static final String ADMIN = "/admin/realms/{realm}";
  private static final String ACCOUNT = "/realms/{realm}/account";

  /** Only a part of the paths, for a look at them. */
  private static final String ONLY = System.getProperty("bulwark.mutation.only", "");

  private static final TestStack STACK = TestStack.get();

  private final RevokedKeys keys = new RevokedKeys(STACK.redis().url());
  private final Set<String> tried = new HashSet<>();
  private final Set<Endpoint> reached = new TreeSet<>();
  private int accepted;
  private MutatedRealm world;

  @BeforeEach
  void begin() {
    world = new MutatedRealm(STACK, keys);
  }

  @AfterEach
  void close() {
    world.removeAll();
    keys.close();
  }

  @Test
  void writesOfAdministrators() {
    List<Endpoint> endpoints =
        writes(RestResources.below("org.keycloak.services.resources.admin.AdminRoot"), ADMIN);
    assertThat(endpoints).hasSizeGreaterThan(ONLY.isEmpty() ? 150 : 0);
    for (Endpoint endpoint : endpoints) {
      System.out.printf(
          "%tT %s %s%n", System.currentTimeMillis(), endpoint.verb(), endpoint.template());
      run(endpoint, ADMIN);
    }
    report(endpoints);
    assertThat(accepted).isGreaterThan(ONLY.isEmpty() ? 500 : 0);
  }

  @Test
  void writesOfUsers() {
    List<Endpoint> endpoints =
        writes(RestResources.below("org.keycloak.services.resources.RealmsResource"), ACCOUNT);
    assertThat(endpoints).isNotEmpty();
    endpoints.forEach(endpoint -> run(endpoint, ACCOUNT));
    report(endpoints);
    assertThat(accepted).isPositive();
  }

  private static List<Endpoint> writes(Collection<Endpoint> all, String base) {
    return all.stream()
        .filter(endpoint -> !endpoint.verb().equals("GET"))
        .filter(endpoint -> endpoint.template().startsWith(base))
        .filter(endpoint -> !endpoint.template().contains("{version}"))
        .filter(endpoint -> endpoint.template().contains(ONLY))
        .toList();
  }

  private void report(List<Endpoint> endpoints) {
    System.out.printf(
        "%d resources that write, %d accepted a write; %d requests, %d accepted; %d tokens died in"
            + " %d realms%n",
        endpoints.size(), reached.size(), tried.size(), accepted, world.dead(), world.made());
    endpoints.stream()
        .filter(endpoint -> !reached.contains(endpoint))
        .forEach(
            endpoint ->
                System.out.printf(
                    "nothing accepted: %s %s%n", endpoint.verb(), endpoint.template()));
    assertThat(world.faults()).isEmpty();
    assertThat(world.dead()).as("tokens that died").isPositive();
  }

  /** Where nothing is accepted, what the requests need may have gone by earlier ones. */
  private void run(Endpoint endpoint, String base) {
    run(endpoint, base, "");
    if (!reached.contains(endpoint)) {
      world.beginAnew();
      run(endpoint, base, " of a new realm");
    }
  }

  /** Each request once; where a token dies of one, another takes its place. */
  private void run(Endpoint endpoint, String base, String where) {
    boolean goesOn = false;
    while (!goesOn) {
      goesOn = true;
      for (RestWrites.Write write : requests(base).of(endpoint)) {
        if (tried.add(write.label() + where) && !goesOnAfter(endpoint, base, write)) {
          // What the requests name may be gone as well.
          goesOn = false;
          break;
        }
      }
    }
  }

  /** Sends a request, and its opposite where there is one; returns whether all tokens live on. */
  private boolean goesOnAfter(Endpoint endpoint, String base, RestWrites.Write write) {
    world.replaceOld();
    if (write.body().contains("\":1,") || write.body().contains("\":\"1\"")) {
      world.awaitAge();
    }
    int status = call(base, write.verb(), write.path(), write.body()).status();
    if (status / 100 == 4) {
      return true;
    }
    if (status / 100 == 2) {
      accepted++;
      reached.add(endpoint);
    }
    boolean alive = world.compare(write.label() + ", answered " + status);
    if (!write.original().isEmpty()) {
      Response back = call(base, write.verb(), write.path(), write.original());
      alive &= world.compare(write.label() + " and back");
      if (back.status() / 100 != 2) {
        world.beginAnew();
        return false;
      }
    }
    if (!alive) {
      world.replaceDead(write.label());
    }
    return alive;
  }

  private RestWrites requests(String base) {
    return new RestWrites(
        base, base.replace("{realm}", world.realm().name()), path -> call(base, "GET", path, ""));
  }

  private Response call(String base, String verb, String path, String body) {
    if (base.equals(ADMIN)) {
      String below = path.substring("/admin".length());
      return switch (verb) {
        case "GET" -> STACK.admin().get(below);
        case "PUT" -> STACK.admin().put(below, body);
        case "POST" -> STACK.admin().post(below, body);
        case "PATCH" -> STACK.admin().patch(below, body);
        default ->
            body.isEmpty()
                ? STACK.admin().delete(below)
                : STACK.admin().deleteWithBody(below, body);
      };
    }
    return Http.send(
        Http.request(STACK.url() + path)
            .header("Authorization", "Bearer " + world.own().text("access_token"))
            .header("Accept", "application/json")
            .header("Content-Type", "application/json")
            .method(verb, HttpRequest.BodyPublishers.ofString(body)));
  }
}
