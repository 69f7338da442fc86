package dev.bulwark.it.revocation;

import dev.bulwark.it.faults.FaultServer;
import dev.bulwark.it.faults.NodePair;
import java.util.List;

/** A realm at both nodes of a pair. */
record TwoNodeRealm(PathRealm first, PathRealm second) {

  /** Makes the realm. */
  static TwoNodeRealm create(NodePair nodes, String name) {
    PathRealm made = PathRealm.create(nodes.first().keycloak().url(), nodes.first().admin(), name);
    return new TwoNodeRealm(at(made, nodes.first()), at(made, nodes.second()));
  }

  private static PathRealm at(PathRealm realm, FaultServer node) {
    return realm.at(node.keycloak().url(), node.admin(), NodePair.PUBLIC_URL);
  }

  List<PathRealm> nodes() {
    return List.of(first, second);
  }
}
