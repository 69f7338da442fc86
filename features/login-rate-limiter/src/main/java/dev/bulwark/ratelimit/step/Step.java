package dev.bulwark.ratelimit.step;

import dev.bulwark.ratelimit.Account;
import java.util.function.Function;
import java.util.function.Predicate;
import org.keycloak.authentication.AuthenticationFlowContext;

/**
 * What a decorator has to know about a step.
 *
 * @param at which of its two calls is the attempt
 * @param tests what it tests
 * @param isAttempt whether this request is one; others, as a login that is cancelled, pass
 * @param account whom it is about
 * @param answer what who is refused gets
 */
record Step(
    Call at,
    Tests tests,
    Predicate<AuthenticationFlowContext> isAttempt,
    Function<AuthenticationFlowContext, Account> account,
    RefusalAnswer answer) {

  /** Whether it is a form for a name or a password, which takes a passkey instead. */
  boolean isFormOfName() {
    return at == Call.ACTION && (tests == Tests.NAME || tests == Tests.PASSWORD);
  }

  /** The call of an authenticator that is an attempt. */
  enum Call {
    /** The form was sent. */
    ACTION,
    /** The request itself brings what is tested; there is no form. */
    AUTHENTICATE
  }

  /** What a step tests, by which the fate of the slot is decided. */
  enum Tests {
    /** A secret: right, the slot goes back; wrong, it stays. */
    SECRET,
    /** As {@link #SECRET}; a password, which takes time to test, and so has to for everybody. */
    PASSWORD,
    /** A name alone: the slot stays until a secret in a later step of the same login is right. */
    NAME,
    /** Nothing, but it sends a message or makes an account: the slot stays. */
    MESSAGE
  }
}
