package dev.bulwark.it.revocation;

import dev.bulwark.it.support.AdminApi;
import dev.bulwark.it.support.Response;
import java.net.URI;
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
  private PathRealm realm;
  private int changes;

  /** Makes the realm. */
  RenamedRealm(URI server, AdminApi admin, String name, TokenBook book, Endings endings) {
    this.book = book;
    this.endings = endings;
    this.name = name;
    this.realm = PathRealm.create(server, admin, name);
  }

  /** Issues a token that has to live until the next change. */
  synchronized void login() {
    Response tokens = realm.login("ann");
    book.add(tokens.text("access_token"), ORIGIN, () -> List.of(realm()));
  }

  /** Gives the realm another name. */
  synchronized void rename() {
    String next = name + "-" + changes++;
    endings.during("realm renamed " + next, "ann", () -> realm = realm.rename(next));
  }

  /** Gives the realm another public address, which the issuer of its tokens begins with. */
  synchronized void move() {
    String next = "https://auth" + changes++ + ".example.org";
    endings.during(
        "realm moved " + next,
        "ann",
        () -> realm.update("", Map.of("attributes", Map.of("frontendUrl", next))));
  }

  private synchronized PathRealm realm() {
    return realm;
  }

  @Override
  public synchronized void close() {
    realm.delete();
  }
}
