package dev.bulwark.it.revocation;

import dev.bulwark.it.support.Response;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * A second realm of a random run, which is given another name or another public address now and
 * then: each ends all of its tokens. Thread-safe.
 */
final class RenamedRealm implements AutoCloseable {

  private static final TokenBook.Origin ORIGIN =
      new TokenBook.Origin("ann", "cli", "renamed realm", "renamed");

  private final TokenBook book;
  private final Endings endings;
  private final String name;
  private List<PathRealm> nodes;
  private int changes;

  /**
   * Uses a realm that is new.
   *
   * @param nodes the realm at each node
   */
  RenamedRealm(List<PathRealm> nodes, TokenBook book, Endings endings) {
    this.book = book;
    this.endings = endings;
    this.name = nodes.get(0).name();
    this.nodes = List.copyOf(nodes);
  }

  /** Issues a token that has to live until the next change. */
  synchronized void login() {
    // By turns at each node: whoever has the old name cached would issue a token that is dead.
    Response tokens = nodes.get(changes % nodes.size()).login("ann");
    book.add(tokens.text("access_token"), ORIGIN, this::nodes);
  }

  /** Gives the realm another name. */
  synchronized void rename() {
    String next = name + "-" + changes++;
    endings.during("realm renamed " + next, "ann", () -> nodes = renamed(next));
  }

  /** Gives the realm another public address, which the issuer of its tokens begins with. */
  synchronized void move() {
    String next = "https://auth" + changes++ + ".example.org";
    endings.during(
        "realm moved " + next,
        "ann",
        () -> nodes.get(0).update("", Map.of("attributes", Map.of("frontendUrl", next))));
  }

  private List<PathRealm> renamed(String next) {
    List<PathRealm> renamed = new ArrayList<>();
    for (PathRealm node : nodes) {
      renamed.add(
          renamed.isEmpty()
              ? node.rename(next)
              : PathRealm.known(node.server(), node.admin(), next));
    }
    return renamed;
  }

  private synchronized List<PathRealm> nodes() {
    return nodes;
  }

  @Override
  public synchronized void close() {
    nodes.get(0).delete();
  }
}
