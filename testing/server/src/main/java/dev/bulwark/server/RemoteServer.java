package dev.bulwark.server;

import java.net.URI;

/** A server that somebody else started and will stop. */
record RemoteServer(URI url, URI managementUrl) implements KeycloakServer {

  @Override
  public String log() {
    return "";
  }

  @Override
  public void close() {
    // Not ours to stop.
  }
}
