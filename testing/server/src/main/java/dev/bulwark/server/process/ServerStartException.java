package dev.bulwark.server.process;

/** A server (Keycloak or Redis) could not be started. The message says what to do. */
public final class ServerStartException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  public ServerStartException(String message) {
    super(message);
  }

  public ServerStartException(String message, Throwable cause) {
    super(message, cause);
  }
}
