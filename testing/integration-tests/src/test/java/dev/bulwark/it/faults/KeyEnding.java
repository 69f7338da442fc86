package dev.bulwark.it.faults;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.bulwark.it.faults.NodeKeys.Key;
import dev.bulwark.it.support.AdminApi;
import dev.bulwark.it.support.Json;
import java.util.List;
import java.util.function.BiConsumer;

/** The ways in which an API key ends (K6). */
enum KeyEnding {
  REVOKED("both", (node, key) -> node.delete(key.path()).expect(204)),
  DEACTIVATED(
      "both", (node, key) -> node.patch(key.path(), Json.object("active", false)).expect(200)),
  ROTATED("both", (node, key) -> node.post(key.path() + "/rotate", "{}").expect(201)),
  CREDENTIAL_DELETED(
      "user", (node, key) -> node.delete(key.ownerPath() + "/credentials/" + key.id()).expect(204)),
  USER_DISABLED(
      "user", (node, key) -> node.put(key.ownerPath(), Json.object("enabled", false)).expect(204)),
  CLIENT_DISABLED(
      "client",
      (node, key) -> {
        ObjectNode client = (ObjectNode) node.get(key.ownerPath()).expect(200).json();
        node.put(key.ownerPath(), client.put("enabled", false).toString()).expect(204);
      }),
  OWNER_DELETED("both", (node, key) -> node.delete(key.ownerPath()).expect(204));

  private final String owners;
  private final BiConsumer<AdminApi, Key> way;

  KeyEnding(String owners, BiConsumer<AdminApi, Key> way) {
    this.owners = owners;
    this.way = way;
  }

  /** Returns the types of owners whose keys can end so. */
  List<String> owners() {
    return owners.equals("both") ? List.of("user", "client") : List.of(owners);
  }

  /** Ends a key by a node; it has ended when this returns. */
  void end(AdminApi node, Key key) {
    way.accept(node, key);
  }
}
