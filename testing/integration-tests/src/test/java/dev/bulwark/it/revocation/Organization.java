package dev.bulwark.it.revocation;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.bulwark.it.support.Json;
import dev.bulwark.it.support.Response;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * An organization of a realm of its own. It manages the members that come by its identity provider,
 * and no others.
 */
final class Organization {

  private final PathRealm realm;
  private final String path;
  private final Broker broker;

  private Organization(PathRealm realm, String path, Broker broker) {
    this.realm = realm;
    this.path = path;
    this.broker = broker;
  }

  /** Makes it in a realm, together with its identity provider. */
  static Organization create(PathRealm realm) {
    realm.update("", Map.of("organizationsEnabled", true));
    Broker broker = Broker.create(realm, Map.of());
    Response created =
        realm
            .admin()
            .post(
                realm.path("/organizations"),
                Json.of(
                    Map.of(
                        "name",
                        "customer",
                        "alias",
                        "customer",
                        "enabled",
                        true,
                        "domains",
                        List.of(Map.of("name", "example.org")))))
            .expect(201);
    String location = created.header("Location");
    String path = realm.path("/organizations/" + location.substring(location.lastIndexOf('/') + 1));
    realm.admin().post(path + "/identity-providers", Broker.ALIAS).expect(204);
    return new Organization(realm, path, broker);
  }

  /** Logs in as a new member that the organization manages. */
  Response loginManaged(String user) {
    return broker.login(realm.browser(), user);
  }

  /** The same, as long as the organization's identity provider is in use; empty without. */
  Optional<Response> tryLoginManaged(String user) {
    return broker.tryLogin(realm.browser(), user);
  }

  /** Makes a user of the realm a member. */
  void add(String user) {
    realm.admin().post(path + "/members", realm.userId(user)).expect(201);
  }

  void disable() {
    setEnabled(false);
  }

  /** Removes it, and with it the members that it manages. */
  void remove() {
    realm.admin().delete(path).expect(204);
  }

  void setEnabled(boolean enabled) {
    ObjectNode json = (ObjectNode) realm.admin().get(path).expect(200).json();
    realm.admin().put(path, json.put("enabled", enabled).toString()).expect(204);
  }

  /** Deletes the realm too. */
  void delete() {
    realm.delete();
    broker.provider().delete();
  }
}
