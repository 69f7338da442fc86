package dev.bulwark.delivery;

import dev.bulwark.delivery.Answer.Kind;

/**
 * A message that was sent, with what became of it.
 *
 * @param <C> its content
 */
public record Sent<C>(Message<C> message, Answer answer) {

  /** Returns the content of the message. */
  public C content() {
    return message.content();
  }

  /** Returns the reason of the answer. */
  public String reason() {
    return answer.reason();
  }

  boolean is(Kind kind) {
    return answer.kind() == kind;
  }
}
