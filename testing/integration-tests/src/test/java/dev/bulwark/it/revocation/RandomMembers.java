package dev.bulwark.it.revocation;

import static dev.bulwark.it.support.Waits.SOON;
import static org.awaitility.Awaitility.await;

import dev.bulwark.it.support.Response;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;

/**
 * A second realm of a random run, whose users belong to something: to an organization that manages
 * them, or to an LDAP server. What they belong to is switched off now and then, and no event names
 * their tokens. Thread-safe.
 */
final class RandomMembers implements AutoCloseable {

  /** Kind of the tokens that a disabled organization ends, and which live again when it is back. */
  private static final String MANAGED = "managed member";

  private static final int PEOPLE = 3;

  /**
   * An LDAP server that the realm knows.
   *
   * @param component its id in the realm
   */
  private record Store(Directory directory, String component, List<String> people) {}

  private final List<PathRealm> nodes;
  private final RandomWorld world;
  private final Organization organization;
  private final AtomicReference<Store> store = new AtomicReference<>();
  private final AtomicInteger made = new AtomicInteger();

  /**
   * Fills the realm.
   *
   * @param nodes the realm, which is new, at each node
   */
  RandomMembers(List<PathRealm> nodes, RandomWorld world) {
    this.nodes = List.copyOf(nodes);
    this.world = world;
    this.organization = Organization.create(nodes.get(0));
    store.set(newStore(true));
  }

  private Store newStore(boolean imports) {
    int number = made.getAndIncrement();
    List<String> people =
        IntStream.range(0, PEOPLE).mapToObj(i -> "person" + number + "-" + i).toList();
    Directory directory = Directory.start(people);
    return new Store(directory, directory.connect(nodes.get(0), "store" + number, imports), people);
  }

  /** A new member comes by the organization's identity provider. */
  void loginOfMember() {
    String user = "member" + made.getAndIncrement();
    organization
        .tryLoginManaged(user)
        .filter(tokens -> tokens.status() == 200)
        .ifPresent(tokens -> book(tokens, new TokenBook.Origin(user, "cli", MANAGED, "members")));
  }

  /** Somebody of the LDAP server logs in. */
  void loginOfPerson(Random random) {
    List<String> people = store.get().people();
    String user = people.get(random.nextInt(people.size()));
    Response tokens =
        nodes
            .get(random.nextInt(nodes.size()))
            .token(
                "cli",
                Map.of("grant_type", "password", "username", user, "password", PathRealm.PASSWORD));
    if (tokens.status() == 200) {
      book(tokens, new TokenBook.Origin(user, "cli", "person", "members"));
    }
  }

  /** The LDAP server is disabled, or taken away; another one comes. */
  void replaceStore(Random random) {
    Store old = store.getAndSet(newStore(random.nextBoolean()));
    PathRealm realm = nodes.get(0);
    if (random.nextBoolean()) {
      end("user store disabled", () -> Directory.disable(realm, old.component()));
    } else {
      end(
          "user store removed",
          () -> realm.admin().delete(realm.path("/components/" + old.component())));
    }
  }

  /** The organization is disabled, and enabled again. */
  synchronized void disableOrganizationForAMoment() {
    end("organization disabled", () -> organization.setEnabled(false));
    end("organization enabled", () -> organization.setEnabled(true));
    world.excuses().livesAgain(MANAGED, System.currentTimeMillis());
  }

  /** The realm's organizations are switched off, and on again. */
  synchronized void switchOffOrganizationsForAMoment() {
    PathRealm realm = nodes.get(0);
    end("organizations off", () -> realm.update("", Map.of("organizationsEnabled", false)));
    end("organizations on", () -> realm.update("", Map.of("organizationsEnabled", true)));
    world.excuses().livesAgain(MANAGED, System.currentTimeMillis());
  }

  private void book(Response tokens, TokenBook.Origin origin) {
    world.book().add(tokens.text("access_token"), origin, () -> nodes);
  }

  /**
   * Until Keycloak says that it is done. It answers 500 if another node, which it tells of the
   * change, finds that a user store has just been removed. The change is made then, or not.
   */
  private void end(String what, Runnable request) {
    world
        .endings()
        .during("members: " + what, "", () -> await().atMost(SOON).untilAsserted(request::run));
  }

  @Override
  public void close() {
    organization.delete();
    store.get().directory().close();
  }
}
