package dev.bulwark.apikey.command;

/** The command cannot go on; its message is for the operator and holds no secret. */
final class CommandException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  CommandException(String message) {
    super(message);
  }
}
