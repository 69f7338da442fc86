package dev.bulwark.server;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;

/** The files that servers are made of, for tests that look into them. */
public final class Installation {

  private Installation() {}

  /** Keycloak as unpacked from its archive: read only. */
  public static Path keycloak() {
    try {
      return KeycloakHome.pristine();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The bundle: the shaded jar that users put into {@code providers/}. */
  public static Path bundle() {
    return BuildFolder.bundle();
  }
}
