package dev.bulwark.example;

import dasniko.testcontainers.keycloak.KeycloakContainer;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Map;
import org.testcontainers.containers.Container.ExecResult;
import org.testcontainers.containers.GenericContainer;
import org.testcontainers.containers.Network;

/**
 * Keycloak with the bundle and the shipped realm, and the Redis that it tells of revoked tokens.
 * For a test class: started before it, closed after it.
 */
final class KeycloakStack implements AutoCloseable {

  /** The realm's client secrets are variables of Keycloak's environment. */
  static final Map<String, String> SECRETS =
      Map.of(
          "RELYING_APP_SECRET", "only-in-this-test",
          "TASKS_SERVICE_SECRET", "only-in-this-test",
          "GATEWAY_SECRET", "only-in-this-test");

  private final Network network = Network.newNetwork();
  private final GenericContainer<?> redis =
      new GenericContainer<>("redis:8")
          .withNetwork(network)
          .withNetworkAliases("redis")
          .withExposedPorts(6379);
  private final KeycloakContainer keycloak =
      new KeycloakContainer(
              "quay.io/keycloak/keycloak:" + System.getProperty("keycloak.version", "26.7.3"))
          .withNetwork(network)
          .withProviderLibsFrom(List.of(new File("target/providers/bulwark-keycloak.jar")))
          .withRealmImportFile("/dev/bulwark/realm/app-realm.json")
          .withEnv(SECRETS)
          .withEnv("KC_DB", "dev-mem")
          .withEnv("KC_SPI_REDIS_CONNECTION__DEFAULT__URL", "redis://redis:6379")
          .withEnv("KC_SPI_PASSWORD_POLICY__BREACHED_PASSWORD__ONLINE", "false")
          // All requests of a test come from one address.
          .withEnv(
              "KC_SPI_LOGIN_RATE_LIMITER__DEFAULT__ALLOWED_NETWORKS",
              "10.0.0.0/8,172.16.0.0/12,192.168.0.0/16");

  private KeycloakStack() {}

  static KeycloakStack start() {
    KeycloakStack stack = new KeycloakStack();
    try {
      stack.redis.start();
      stack.keycloak.start();
      return stack;
    } catch (RuntimeException e) {
      stack.close();
      throw e;
    }
  }

  /** The realm's address as the application under test is given it (the issuer). */
  String realm() {
    return keycloak.getAuthServerUrl() + "/realms/app";
  }

  /** Where administrators manage the realm. */
  String adminRest() {
    return keycloak.getAuthServerUrl() + "/admin/realms/app";
  }

  /** A token of the container's administrator. */
  String adminToken() {
    return keycloak.getKeycloakAdminClient().tokenManager().getAccessTokenString();
  }

  /** Whether Redis says that the token of that id is revoked. */
  boolean isRevoked(String jti) {
    try {
      ExecResult answer = redis.execInContainer("redis-cli", "exists", "revoked:" + jti);
      return answer.getStdout().strip().equals("1");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  @Override
  public void close() {
    keycloak.stop();
    redis.stop();
    network.close();
  }
}
