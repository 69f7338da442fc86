package dev.bulwark.password.migrate.row;

import java.io.IOException;

/** The command cannot run; the message says why. */
public final class MigrationException extends IOException {

  private static final long serialVersionUID = 1L;

  public MigrationException(String message) {
    super(message);
  }
}
