package dev.bulwark.it.revocation;

import java.util.List;
import java.util.function.Function;

/**
 * The further realms of a random run: what happens in them would stand in the way of the first.
 *
 * @param renamed is given other names and addresses
 * @param members has users that belong to an organization or to an LDAP server
 */
record SideRealms(RenamedRealm renamed, RandomMembers members) implements AutoCloseable {

  /**
   * Makes them, and has the actors use them.
   *
   * @param create makes a realm, and gives it at each node
   */
  static SideRealms of(RandomWorld world, Function<String, List<PathRealm>> create) {
    SideRealms sides =
        new SideRealms(
            new RenamedRealm(create.apply("random-renamed"), world.book(), world.endings()),
            new RandomMembers(create.apply("random-members"), world));
    world.add(sides.renamed());
    world.add(sides.members());
    return sides;
  }

  @Override
  public void close() {
    renamed.close();
    members.close();
  }
}
