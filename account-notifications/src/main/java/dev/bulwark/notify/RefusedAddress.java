package dev.bulwark.notify;

import org.eclipse.angus.mail.smtp.SMTPAddressFailedException;
import org.jspecify.annotations.Nullable;

/** Tells a mail that the server refuses for its recipient from a server that fails. */
final class RefusedAddress {

  private static final int PERMANENT = 500;

  private RefusedAddress() {}

  /** Whether the server has refused the recipient for good (RFC 5321: a reply of 5xx to RCPT). */
  static boolean isCauseOf(Throwable failure) {
    @Nullable Throwable cause = failure;
    for (int depth = 0; cause != null && depth < 20; depth++) {
      if (cause instanceof SMTPAddressFailedException refused) {
        return refused.getReturnCode() >= PERMANENT;
      }
      cause = cause.getCause();
    }
    return false;
  }
}
