package dev.bulwark.password.migrate;

import java.io.IOException;

/** The command cannot run; the message says why. */
final class MigrationException extends IOException {

  private static final long serialVersionUID = 1L;

  MigrationException(String message) {
    super(message);
  }
}
