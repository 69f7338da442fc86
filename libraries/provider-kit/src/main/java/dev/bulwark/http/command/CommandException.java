package dev.bulwark.http.command;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;

/** The command cannot go on; its message is for the operator and contains no secret. */
public final class CommandException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  private final transient JsonNode answer;

  /** Ends the command with a message. */
  public CommandException(String message) {
    this(message, MissingNode.getInstance());
  }

  /**
   * The server rejects a request.
   *
   * @param answer its JSON, a missing node if it has none
   */
  public CommandException(String message, JsonNode answer) {
    super(message);
    this.answer = answer;
  }

  /** The JSON of the server, a missing node if there is none. */
  public JsonNode answer() {
    return answer;
  }
}
