package dev.bulwark.ratelimit.step;

import static dev.bulwark.ratelimit.step.Step.Call.ACTION;
import static dev.bulwark.ratelimit.step.Step.Call.AUTHENTICATE;
import static dev.bulwark.ratelimit.step.Step.Tests.MESSAGE;
import static dev.bulwark.ratelimit.step.Step.Tests.NAME;
import static dev.bulwark.ratelimit.step.Step.Tests.PASSWORD;
import static dev.bulwark.ratelimit.step.Step.Tests.SECRET;

import org.keycloak.authentication.Authenticator;

/** Decorates Keycloak's authenticators, each by what it tests. */
public final class LimitedSteps {

  /** Beyond those of Keycloak, whose order is 0: the one with the higher order has the id. */
  public static final int ORDER = 10;

  private static final Step NAME_AND_PASSWORD =
      new Step(
          ACTION,
          PASSWORD,
          Accounts::isNotCancelledAndNoPasskey,
          Accounts::currentOrTyped,
          Refusals::page);
  private static final Step NAME_FORM =
      new Step(
          ACTION,
          NAME,
          Accounts::isNotCancelledAndNoPasskey,
          Accounts::currentOrTyped,
          Refusals::page);
  private static final Step ORGANIZATION =
      new Step(
          ACTION,
          NAME,
          Accounts::isNoPasskey,
          context ->
              context.getUser() == null ? Accounts.typed(context) : Accounts.current(context),
          Refusals::page);
  // The forms for codes know no "cancel": who adds it to one has the code compared all the same.
  private static final Step CODE_OF_USER =
      new Step(ACTION, SECRET, context -> true, Accounts::current, Refusals::page);
  private static final Step PASSWORD_OF_USER =
      new Step(
          ACTION,
          PASSWORD,
          Accounts::isNotCancelledAndNoPasskey,
          Accounts::current,
          Refusals::page);
  private static final Step RESET =
      new Step(ACTION, MESSAGE, context -> true, Accounts::typed, Refusals::page);
  // Keycloak sends the mail without the form too: to who is logged in, and again when the page is
  // refreshed. Where the form was sent in this request, its slot is this step's.
  private static final Step RESET_MAIL =
      new Step(
          AUTHENTICATE,
          MESSAGE,
          Accounts::isNotByActionToken,
          Accounts::currentOrAttempted,
          Refusals::pageForAnybody);
  private static final Step GRANT_NAME =
      new Step(AUTHENTICATE, NAME, context -> true, Accounts::typed, Refusals::json);
  private static final Step GRANT_PASSWORD =
      new Step(AUTHENTICATE, PASSWORD, context -> true, Accounts::current, Refusals::json);
  private static final Step GRANT_CODE =
      new Step(AUTHENTICATE, SECRET, context -> true, Accounts::current, Refusals::json);
  private static final Step BASIC =
      new Step(AUTHENTICATE, PASSWORD, Accounts::hasBasic, Accounts::basic, Refusals::json);
  private static final Step DOCKER =
      new Step(AUTHENTICATE, PASSWORD, Accounts::hasBasic, Accounts::basic, Refusals::docker);

  private LimitedSteps() {}

  /** A form with name and password; also where an earlier step has found the user. */
  public static Authenticator nameAndPassword(Authenticator delegate) {
    return LimitedCredentialAuthenticator.decorate(delegate, NAME_AND_PASSWORD);
  }

  /** A form with the name alone, in front of one with a secret. */
  public static Authenticator name(Authenticator delegate) {
    return LimitedCredentialAuthenticator.decorate(delegate, NAME_FORM);
  }

  /** The form with the name of the organisations. */
  public static Authenticator organization(Authenticator delegate) {
    return LimitedCredentialAuthenticator.decorate(delegate, ORGANIZATION);
  }

  /** A form with the password of the user whom an earlier step has found. */
  public static Authenticator password(Authenticator delegate) {
    return LimitedCredentialAuthenticator.decorate(delegate, PASSWORD_OF_USER);
  }

  /** A form with a code of the user whom an earlier step has found. */
  public static Authenticator code(Authenticator delegate) {
    return LimitedCredentialAuthenticator.decorate(delegate, CODE_OF_USER);
  }

  /** The form by which a forgotten credential is reset: each sends a message to somebody. */
  public static Authenticator reset(Authenticator delegate) {
    return LimitedCredentialAuthenticator.decorate(delegate, RESET);
  }

  /** The mail by which a forgotten credential is reset, whatever leads to it. */
  public static Authenticator resetMail(Authenticator delegate) {
    return LimitedCredentialAuthenticator.decorate(delegate, RESET_MAIL);
  }

  /** The name in a token request. */
  public static Authenticator grantName(Authenticator delegate) {
    return LimitedCredentialAuthenticator.decorate(delegate, GRANT_NAME);
  }

  /** The password in a token request. */
  public static Authenticator grantPassword(Authenticator delegate) {
    return LimitedCredentialAuthenticator.decorate(delegate, GRANT_PASSWORD);
  }

  /** A code in a token request, after the password. */
  public static Authenticator grantCode(Authenticator delegate) {
    return LimitedCredentialAuthenticator.decorate(delegate, GRANT_CODE);
  }

  /** Name and password in the header {@code Authorization}. */
  public static Authenticator basic(Authenticator delegate) {
    return LimitedCredentialAuthenticator.decorate(delegate, BASIC);
  }

  /** As {@link #basic}, for Docker. */
  public static Authenticator docker(Authenticator delegate) {
    return LimitedCredentialAuthenticator.decorate(delegate, DOCKER);
  }
}
