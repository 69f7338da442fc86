package dev.bulwark.notify;

import jakarta.mail.MessagingException;
import jakarta.mail.internet.AddressException;
import java.io.IOException;
import java.util.Arrays;
import org.eclipse.angus.mail.smtp.SMTPAddressFailedException;
import org.eclipse.angus.mail.smtp.SMTPSendFailedException;
import org.jspecify.annotations.Nullable;
import org.keycloak.email.EmailException;

/**
 * Whom a failure concerns. What a mail server answers to the recipient or to the text of a mail
 * concerns this mail alone, and a user may have chosen both. What it answers before that concerns
 * all mails of its realm.
 */
enum MailFailure {
  /** The mail server cannot be used: all mails of the realm wait. */
  SERVER,

  /** This mail alone waits, whether the mail server, the database or a user store has failed it. */
  SINGLE_MAIL,

  /** This mail would fail each time. */
  PERMANENT;

  private static final int SERVICE_NOT_AVAILABLE = 421;
  private static final int TEMPORARY_REPLY = 400;
  private static final int PERMANENT_REPLY = 500;

  /** By its name: the bundle needs the type for nothing else. */
  private static final String TOKEN_AUTHENTICATOR =
      "org.keycloak.email.TokenAuthEmailAuthenticator";

  /** More causes than any failure has; one may be its own cause. */
  private static final int MAX_DEPTH = 20;

  /** Judges a failure by its causes. Those of Keycloak's mail provider are deep. */
  static MailFailure of(Throwable failure) {
    MailFailure other = SINGLE_MAIL;
    @Nullable Throwable cause = failure;
    for (int depth = 0; cause != null && depth < MAX_DEPTH; depth++) {
      if (cause instanceof SMTPAddressFailedException recipient) {
        return ofReply(recipient.getReturnCode(), PERMANENT);
      } else if (cause instanceof SMTPSendFailedException rejected) {
        // A permanent one may still end: a quota that is used up, or an account that is locked.
        return rejected.getCommand().startsWith("MAIL")
            ? SERVER
            : ofReply(rejected.getReturnCode(), SINGLE_MAIL);
      } else if (cause instanceof AddressException) {
        return SINGLE_MAIL;
      } else if (cause instanceof MessagingException) {
        other = SERVER;
      } else if (cause instanceof EmailException email && isMissingToken(email.getCause())) {
        return SERVER;
      } else if (cause instanceof RuntimeException && isThrownByTokenAuthenticator(cause)) {
        return SERVER;
      } else if (cause instanceof EmailException) {
        // A template that fails, or a text that is no address, unless a deeper cause says more.
        other = PERMANENT;
      } else if (cause instanceof IOException && other == PERMANENT) {
        other = SINGLE_MAIL;
      }
      cause = cause.getCause();
    }
    return other;
  }

  /**
   * Whether Keycloak has no token for the mail server (XOAUTH2). Its mail provider wraps what it
   * throws itself, and so does its template provider. Behind that one's is the template.
   *
   * @param failure below an {@link EmailException}; null for none
   */
  private static boolean isMissingToken(@Nullable Throwable failure) {
    return failure instanceof EmailException
        && (failure.getCause() == null || failure.getCause() instanceof IOException);
  }

  /** Whether Keycloak fails at the settings of the token: without a client secret, for example. */
  private static boolean isThrownByTokenAuthenticator(Throwable failure) {
    return Arrays.stream(failure.getStackTrace())
        .anyMatch(frame -> frame.getClassName().equals(TOKEN_AUTHENTICATOR));
  }

  /**
   * By a reply to the recipient or to the text (RFC 5321).
   *
   * @param permanent what follows from a reply of 500 and above
   */
  private static MailFailure ofReply(int code, MailFailure permanent) {
    if (code == SERVICE_NOT_AVAILABLE || code < TEMPORARY_REPLY) {
      return SERVER;
    }
    return code < PERMANENT_REPLY ? SINGLE_MAIL : permanent;
  }
}
