package dev.bulwark.breached.index;

import java.io.IOException;

/** A file is not an index, is cut short, or is damaged. The message says what and where. */
public final class IndexFormatException extends IOException {

  private static final long serialVersionUID = 1L;

  IndexFormatException(String message) {
    super(message);
  }
}
