package dev.bulwark.checker;

import org.jspecify.annotations.Nullable;

/** The text of a failure for the log. */
final class FailureText {

  private static final int MAX_DEPTH = 16;

  private FailureText() {}

  /** In one line, deepest cause included. */
  static String of(Throwable failure) {
    Throwable deepest = failure;
    for (int depth = 0; deepest.getCause() != null && depth < MAX_DEPTH; depth++) {
      deepest = deepest.getCause();
    }
    String text = text(failure);
    String cause = text(deepest);
    return text.equals(cause) ? text : text + " (" + cause + ")";
  }

  private static String text(Throwable failure) {
    @Nullable String message = failure.getMessage();
    return message == null ? failure.getClass().getSimpleName() : message;
  }
}
