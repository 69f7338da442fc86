package dev.bulwark.realm.diff;

/** The command cannot go on; the message is for the operator and contains no secret. */
final class CommandException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  CommandException(String message) {
    super(message);
  }
}
