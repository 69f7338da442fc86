package dev.bulwark.server;

import dev.bulwark.server.process.ServerStartException;
import java.net.URI;
import java.util.Locale;
import org.testcontainers.DockerClientFactory;

/** The ways to get a Keycloak server, chosen by the system property {@value #PROPERTY}. */
public enum ServerKind {
  /** Unpacked from Keycloak's own archive and run as a process of this machine. */
  DISTRIBUTION {
    @Override
    KeycloakServer start(ServerSpec spec) {
      return DistributionServer.start(spec);
    }
  },
  /** Keycloak's container image by testcontainers; needs a Docker engine that answers. */
  CONTAINER {
    @Override
    KeycloakServer start(ServerSpec spec) {
      if (!DockerClientFactory.instance().isDockerAvailable()) {
        throw new ServerStartException(
            "-D" + PROPERTY + "=container needs a Docker engine, and none answers.");
      }
      return ContainerServer.start(spec);
    }
  },
  /** A server that runs already, at the URL of the system property {@value #REMOTE_URL}. */
  REMOTE {
    @Override
    KeycloakServer start(ServerSpec spec) {
      String url = System.getProperty(REMOTE_URL);
      if (url == null || url.isBlank()) {
        throw new ServerStartException(
            "-D" + PROPERTY + "=remote needs -D" + REMOTE_URL + "=<base URL>.");
      }
      String management = System.getProperty(REMOTE_MANAGEMENT_URL, url);
      return new RemoteServer(URI.create(url), URI.create(management));
    }
  };

  /**
   * System property that names the kind: {@code distribution} (default), {@code container} or
   * {@code remote}.
   */
  public static final String PROPERTY = "server";

  /** System property with the base URL of a remote server. */
  public static final String REMOTE_URL = "server.url";

  /** System property with the management base URL of a remote server; its base URL unless set. */
  public static final String REMOTE_MANAGEMENT_URL = "server.management-url";

  abstract KeycloakServer start(ServerSpec spec);

  static ServerKind fromSystemProperties() {
    String name = System.getProperty(PROPERTY, "distribution");
    for (ServerKind kind : values()) {
      if (kind.name().toLowerCase(Locale.ROOT).equals(name)) {
        return kind;
      }
    }
    throw new ServerStartException(
        "-D" + PROPERTY + "=" + name + ": one of distribution, container, remote is expected.");
  }
}
