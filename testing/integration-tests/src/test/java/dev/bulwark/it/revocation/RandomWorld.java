package dev.bulwark.it.revocation;

import dev.bulwark.it.support.Json;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** What all actors of a random run share: the realm, its users and clients, and the books. */
final class RandomWorld {

  /** Kind of a login that a realm without "remember me" ends. */
  static final String REMEMBERED = "remembered";

  private static final int USERS = 8;

  /** The clients of the realm's file; they stay. */
  private static final List<String> KEPT = List.of("cli", "other", "light");

  private final List<PathRealm> nodes;
  private final TokenBook book;
  private final Endings endings;
  private final Excuses excuses;
  private final List<String> users = new CopyOnWriteArrayList<>();
  private final List<String> clients = new CopyOnWriteArrayList<>(KEPT);
  private final Object representations = new Object();
  private final AtomicReference<Broker> broker = new AtomicReference<>();
  private volatile boolean rotation;
  private volatile @Nullable RenamedRealm renamed;
  private volatile @Nullable RandomMembers members;

  private RandomWorld(List<PathRealm> nodes, TokenBook book, Endings endings, Excuses excuses) {
    this.nodes = List.copyOf(nodes);
    this.book = book;
    this.endings = endings;
    this.excuses = excuses;
  }

  /**
   * A realm in which everything may happen.
   *
   * @param nodes the same realm, at each node
   */
  static RandomWorld of(List<PathRealm> nodes, TokenBook book, Endings endings, Excuses excuses) {
    RandomWorld world = new RandomWorld(nodes, book, endings, excuses);
    PathRealm realm = nodes.get(0);
    realm.addAudience("cli", "other");
    realm.allowGlobalRevocation();
    realm.admin().put(realm.path(""), Json.object("rememberMe", true)).expect(204);
    for (int i = 0; i < USERS; i++) {
      String user = "user" + i;
      realm.createUser(user);
      realm.allowAccount(user);
      world.users.add(user);
    }
    return world;
  }

  /** The realm, at one of its nodes. */
  PathRealm realm(Random random) {
    return nodes.size() == 1 ? nodes.get(0) : nodes.get(random.nextInt(nodes.size()));
  }

  TokenBook book() {
    return book;
  }

  Endings endings() {
    return endings;
  }

  Excuses excuses() {
    return excuses;
  }

  List<String> users() {
    return users;
  }

  List<String> clients() {
    return clients;
  }

  /** The client that an administrator may take away next; empty if there is none. */
  Optional<String> takeClient() {
    List<String> now = List.copyOf(clients);
    return now.size() > KEPT.size() && clients.remove(now.get(KEPT.size()))
        ? Optional.of(now.get(KEPT.size()))
        : Optional.empty();
  }

  /** Guards what is read, changed and written back, so that no change is lost. */
  Object representations() {
    return representations;
  }

  /** Whether a refresh token is good for one refresh only. */
  boolean rotation() {
    return rotation;
  }

  /** Changes that while nobody acts. */
  void rotate(boolean value) {
    PathRealm realm = nodes.get(0);
    realm
        .admin()
        .put(realm.path(""), Json.object("revokeRefreshToken", value, "refreshTokenMaxReuse", 0))
        .expect(204);
    rotation = value;
  }

  /** Has the realm trust an identity provider, a realm of its own. */
  void trustProvider() {
    broker.set(Broker.create(nodes.get(0), Map.of()));
  }

  /** Adds a realm that is given other names. */
  void add(RenamedRealm realm) {
    renamed = realm;
  }

  /** The realm that is given other names. */
  Optional<RenamedRealm> renamed() {
    return Optional.ofNullable(renamed);
  }

  /** Adds a realm whose users belong to an organization or an LDAP server. */
  void add(RandomMembers realm) {
    members = realm;
  }

  /** The realm whose users belong to something. */
  Optional<RandomMembers> members() {
    return Optional.ofNullable(members);
  }

  /** The identity provider, as long as there is one. */
  Optional<Broker> broker() {
    return Optional.ofNullable(broker.get());
  }

  /** The identity provider for the one who removes it. */
  Optional<Broker> takeBroker() {
    return Optional.ofNullable(broker.getAndSet(null));
  }
}
