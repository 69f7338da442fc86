package dev.bulwark.server;

/**
 * A server (Keycloak or Redis) could not be started; the message tells a person what to do about
 * it.
 */
public final class ServerStartException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  public ServerStartException(String message) {
    super(message);
  }

  public ServerStartException(String message, Throwable cause) {
    super(message, cause);
  }
}
