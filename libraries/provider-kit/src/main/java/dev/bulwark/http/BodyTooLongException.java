package dev.bulwark.http;

import java.io.IOException;

/** The answer is longer than allowed. */
public final class BodyTooLongException extends IOException {

  private static final long serialVersionUID = 1L;

  BodyTooLongException(int maxBytes) {
    super("the answer is longer than " + maxBytes + " bytes");
  }
}
