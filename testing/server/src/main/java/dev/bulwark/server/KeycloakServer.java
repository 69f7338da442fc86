package dev.bulwark.server;

import java.net.URI;

/**
 * A running Keycloak with the bundle in its {@code providers/} folder.
 *
 * <p>Implementations are safe for use by several threads once started; {@link #close()} may be
 * called more than once.
 */
public interface KeycloakServer extends AutoCloseable {

  /** Base URL without a trailing slash, for example {@code http://127.0.0.1:8080}. */
  URI url();

  /**
   * Base URL of the management interface ({@code /health}, {@code /metrics}), without a trailing
   * slash.
   */
  URI managementUrl();

  /** What the server has logged so far; empty where the log cannot be had (a remote server). */
  String log();

  /**
   * Stops the server and waits for its end. Idempotent; a server that was not started here is left
   * running.
   */
  @Override
  void close();

  /**
   * Starts a server of the kind that the system property {@code server} names, {@code distribution}
   * unless it is set.
   */
  static KeycloakServer start(ServerSpec spec) {
    return ServerKind.fromSystemProperties().start(spec);
  }
}
