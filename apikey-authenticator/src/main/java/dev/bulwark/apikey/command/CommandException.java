package dev.bulwark.apikey.command;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;

/** The command cannot go on; its message is for the operator and holds no secret. */
final class CommandException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  private final transient JsonNode answer;

  CommandException(String message) {
    this(message, MissingNode.getInstance());
  }

  /**
   * The server rejects a request.
   *
   * @param answer its JSON, a missing node if it has none
   */
  CommandException(String message, JsonNode answer) {
    super(message);
    this.answer = answer;
  }

  JsonNode answer() {
    return answer;
  }
}
