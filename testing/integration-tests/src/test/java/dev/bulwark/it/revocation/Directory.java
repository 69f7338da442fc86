package dev.bulwark.it.revocation;

import com.fasterxml.jackson.databind.node.ObjectNode;
import com.unboundid.ldap.listener.InMemoryDirectoryServer;
import com.unboundid.ldap.listener.InMemoryDirectoryServerConfig;
import com.unboundid.ldap.listener.InMemoryListenerConfig;
import com.unboundid.ldap.listener.interceptor.InMemoryInterceptedSearchRequest;
import com.unboundid.ldap.listener.interceptor.InMemoryOperationInterceptor;
import com.unboundid.ldap.sdk.LDAPException;
import com.unboundid.ldif.LDIFException;
import dev.bulwark.it.support.AdminApi;
import dev.bulwark.it.support.Json;
import dev.bulwark.it.support.Response;
import dev.bulwark.testing.FreePort;
import java.net.InetAddress;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;

/** An LDAP server with people whose password is that of all users of a {@link PathRealm}. */
public final class Directory implements AutoCloseable {

  /** The password of all its people. */
  public static final String PASSWORD = PathRealm.PASSWORD;

  private static final String BASE = "dc=example,dc=org";
  private static final String ADMIN = "cn=admin," + BASE;
  private static final String ADMIN_PASSWORD = "directory-secret";

  private final InMemoryDirectoryServer server;
  private final Gate gate;

  private Directory(InMemoryDirectoryServer server, Gate gate) {
    this.server = server;
    this.gate = gate;
  }

  /** Searches wait at it while it is closed. */
  private static final class Gate extends InMemoryOperationInterceptor {

    private CountDownLatch open = new CountDownLatch(0);

    synchronized void shut() {
      open = new CountDownLatch(1);
    }

    synchronized CountDownLatch latch() {
      return open;
    }

    @Override
    public void processSearchRequest(InMemoryInterceptedSearchRequest request) {
      try {
        latch().await();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }

  /** Starts one on a free port of this machine. */
  public static Directory start(List<String> users) {
    try {
      Gate gate = new Gate();
      return new Directory(listening(users, gate), gate);
    } catch (LDAPException | LDIFException e) {
      throw new IllegalStateException(e);
    }
  }

  private static InMemoryDirectoryServer listening(List<String> users, Gate gate)
      throws LDAPException, LDIFException {
    InMemoryDirectoryServerConfig config = new InMemoryDirectoryServerConfig(BASE);
    config.addAdditionalBindCredentials(ADMIN, ADMIN_PASSWORD);
    config.setSchema(null);
    config.addInMemoryOperationInterceptor(gate);
    config.setListenerConfigs(
        InMemoryListenerConfig.createLDAPConfig(
            "ldap", InetAddress.getLoopbackAddress(), FreePort.next(), null));
    InMemoryDirectoryServer server = new InMemoryDirectoryServer(config);
    server.add("dn: " + BASE, "objectClass: domain", "dc: example");
    for (String user : users) {
      server.add(
          "dn: uid=" + user + "," + BASE,
          "objectClass: inetOrgPerson",
          "uid: " + user,
          "cn: " + user,
          "sn: Path",
          "mail: " + user + "@example.org",
          "entryUUID: " + UUID.randomUUID(),
          "userPassword: " + PathRealm.PASSWORD);
    }
    server.startListening();
    return server;
  }

  /** Makes it a user store of a realm; the id of the component. */
  String connect(PathRealm realm, String name, boolean imports) {
    return connect(realm.admin(), realm.path(""), name, imports);
  }

  /**
   * Does the same for any realm.
   *
   * @param realm its path at the admin API
   */
  public String connect(AdminApi admin, String realm, String name, boolean imports) {
    Map<String, Object> config = new LinkedHashMap<>();
    config.put("enabled", List.of("true"));
    config.put("vendor", List.of("other"));
    config.put("connectionUrl", List.of("ldap://127.0.0.1:" + server.getListenPort()));
    config.put("bindDn", List.of(ADMIN));
    config.put("bindCredential", List.of(ADMIN_PASSWORD));
    config.put("authType", List.of("simple"));
    config.put("usersDn", List.of(BASE));
    config.put("searchScope", List.of("2"));
    config.put("usernameLDAPAttribute", List.of("uid"));
    config.put("rdnLDAPAttribute", List.of("uid"));
    config.put("uuidLDAPAttribute", List.of("entryUUID"));
    config.put("userObjectClasses", List.of("inetOrgPerson"));
    config.put("editMode", List.of("READ_ONLY"));
    config.put("importEnabled", List.of(Boolean.toString(imports)));
    Response created =
        admin
            .post(
                realm + "/components",
                Json.of(
                    Map.of(
                        "name",
                        name,
                        "providerId",
                        "ldap",
                        "providerType",
                        "org.keycloak.storage.UserStorageProvider",
                        "config",
                        config)))
            .expect(201);
    String location = created.header("Location");
    return location.substring(location.lastIndexOf('/') + 1);
  }

  /**
   * Has a user store be searched in pages, as Keycloak's console sets it.
   *
   * @param component its path at the admin API
   */
  public static void searchInPages(AdminApi admin, String component) {
    ObjectNode json = (ObjectNode) admin.get(component).expect(200).json();
    ((ObjectNode) json.get("config")).putArray("pagination").add("true");
    admin.put(component, json.toString()).expect(204);
  }

  /** Has a user store give a realm role to all its users. */
  static void giveRole(PathRealm realm, String component, String role) {
    realm
        .admin()
        .post(
            realm.path("/components"),
            Json.of(
                Map.of(
                    "name",
                    "gives " + role,
                    "providerId",
                    "hardcoded-ldap-role-mapper",
                    "providerType",
                    "org.keycloak.storage.ldap.mappers.LDAPStorageMapper",
                    "parentId",
                    component,
                    "config",
                    Map.of("role", List.of(role)))))
        .expect(201);
  }

  /** Disables a user store. */
  static void disable(PathRealm realm, String component) {
    String path = realm.path("/components/" + component);
    ObjectNode json = (ObjectNode) realm.admin().get(path).expect(200).json();
    ((ObjectNode) json.get("config")).putArray("enabled").add("false");
    realm.admin().put(path, json.toString()).expect(204);
  }

  /** Takes connections and answers no search, until it is closed. */
  public void stall() {
    gate.shut();
  }

  /** Refuses connections, and cuts those that there are, until {@link #startAgain}. */
  public void stop() {
    server.shutDown(true);
  }

  /** Deletes somebody, also while it is stopped. */
  void delete(String user) {
    try {
      server.delete("uid=" + user + "," + BASE);
    } catch (LDAPException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Listens again, with the same people. */
  public void startAgain() {
    try {
      server.startListening();
    } catch (LDAPException e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public void close() {
    gate.latch().countDown();
    server.shutDown(true);
  }
}
