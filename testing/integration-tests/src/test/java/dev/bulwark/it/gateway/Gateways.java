package dev.bulwark.it.gateway;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.bulwark.it.support.AdminApi;
import dev.bulwark.it.support.Json;
import dev.bulwark.it.support.TestStack;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * One gateway of each kind between an application and the shared Keycloak, started at first use.
 */
final class Gateways implements AutoCloseable {

  private static final TestStack STACK = TestStack.get();
  private static final AdminApi ADMIN = STACK.admin();

  final Application application = Application.start();
  final Tap keycloak = Tap.before(STACK.url().getPort());
  private final Path files;
  private final Map<Gateway.Kind, Gateway> started = new EnumMap<>(Gateway.Kind.class);

  private Gateways(Path files) {
    this.files = files;
  }

  /**
   * Starts the application, and has the client {@code gateway} believed when it tells addresses.
   *
   * @param files empty folder, for the gateway that serves files
   */
  static Gateways start(Path files) {
    try {
      Files.writeString(files.resolve("t"), "app");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    changeClient(Map.of("api-key.verify.address-header", "X-Real-IP"));
    return new Gateways(files);
  }

  /** Changes attributes of the client that gateways are. */
  static void changeClient(Map<String, String> attributes) {
    ObjectNode client = client();
    ((ObjectNode) client.get("attributes")).setAll((ObjectNode) Json.parse(Json.of(attributes)));
    ADMIN.put(clientPath(), client.toString()).expect(204);
  }

  /** Enables or disables the client that gateways are. */
  static void enableClient(boolean isEnabled) {
    ADMIN.put(clientPath(), client().put("enabled", isEnabled).toString()).expect(204);
  }

  private static ObjectNode client() {
    return (ObjectNode) ADMIN.get(clientPath()).expect(200).json();
  }

  private static String clientPath() {
    return "/realms/app/clients/" + ADMIN.clientUuid("gateway");
  }

  /** Makes a key of alice with two scopes. */
  static JsonNode key(Map<String, ?> more) {
    Map<String, Object> body = new TreeMap<>(more);
    body.put("name", "gateway");
    body.put("scopes", List.of("tasks:read", "tasks:write"));
    body.put("owner", Map.of("type", "user", "id", ADMIN.userId("alice")));
    return ADMIN.post("/realms/app/api-keys", Json.of(body)).expect(201).json();
  }

  /** The gateway of a kind in front of the shared Keycloak. */
  Gateway of(Gateway.Kind kind) {
    return started.computeIfAbsent(kind, each -> before(each, keycloak.port()));
  }

  /** A gateway of its own for the caller to close, with another port in Keycloak's place. */
  Gateway before(Gateway.Kind kind, int keycloakPort) {
    return kind == Gateway.Kind.PACKAGES
        ? Gateway.packages(keycloakPort, files)
        : Gateway.start(kind, keycloakPort, application.port());
  }

  /** Forgets what has been seen so far. */
  void forget() {
    application.requests();
    keycloak.requests();
  }

  @Override
  public void close() {
    started.values().forEach(Gateway::close);
    keycloak.close();
    application.close();
  }
}
