package dev.bulwark.ratelimit.step;

import static dev.bulwark.ratelimit.step.Step.Call.ACTION;
import static dev.bulwark.ratelimit.step.Step.Call.AUTHENTICATE;
import static dev.bulwark.ratelimit.step.Step.Tests.MESSAGE;
import static dev.bulwark.ratelimit.step.Step.Tests.NAME;
import static dev.bulwark.ratelimit.step.Step.Tests.PASSWORD;
import static dev.bulwark.ratelimit.step.Step.Tests.SECRET;

import org.keycloak.authentication.Authenticator;

/** The steps of a login that are limited, each with what it tests. */
public enum LoginStep {
  /** A form with name and password; also where an earlier step has found the user. */
  NAME_AND_PASSWORD(
      new Step(
          ACTION,
          PASSWORD,
          Accounts::isNotCancelledAndNoPasskey,
          Accounts::currentOrTyped,
          Refusals::pageThatKeepsTheName)),
  /** A form with the name alone, in front of one with a secret. */
  NAME_FORM(
      new Step(
          ACTION,
          NAME,
          Accounts::isNotCancelledAndNoPasskey,
          Accounts::currentOrTyped,
          Refusals::page)),
  /** The form with the name of the organizations. */
  ORGANIZATION(
      new Step(
          ACTION,
          NAME,
          Accounts::isNoPasskey,
          context ->
              context.getUser() == null ? Accounts.typed(context) : Accounts.current(context),
          Refusals::page)),
  /** A form with a code of the user whom an earlier step has found. */
  // The forms for codes know no "cancel": a request that adds it has the code compared all the
  // same.
  CODE_OF_USER(new Step(ACTION, SECRET, context -> true, Accounts::current, Refusals::page)),
  /** A form with the password of the user whom an earlier step has found. */
  PASSWORD_OF_USER(
      new Step(
          ACTION,
          PASSWORD,
          Accounts::isNotCancelledAndNoPasskey,
          Accounts::current,
          Refusals::page)),
  /** The form by which a forgotten credential is reset: each sends a message to somebody. */
  RESET(new Step(ACTION, MESSAGE, context -> true, Accounts::typed, Refusals::page)),
  /** The mail by which a forgotten credential is reset, whatever leads to it. */
  // Keycloak sends the mail without the form too: to a user who is logged in, and again when the
  // page is refreshed. Where the form was sent in this request, its slot is this step's.
  RESET_MAIL(
      new Step(
          AUTHENTICATE,
          MESSAGE,
          Accounts::isNotByActionToken,
          Accounts::currentOrAttempted,
          Refusals::pageForAnybody)),
  /** The name in a token request. */
  GRANT_NAME(new Step(AUTHENTICATE, NAME, context -> true, Accounts::typed, Refusals::json)),
  /** The password in a token request. */
  GRANT_PASSWORD(
      new Step(AUTHENTICATE, PASSWORD, context -> true, Accounts::current, Refusals::json)),
  /** A code in a token request, after the password. */
  GRANT_CODE(new Step(AUTHENTICATE, SECRET, context -> true, Accounts::current, Refusals::json)),
  /** Name and password in the header {@code Authorization}. */
  BASIC(new Step(AUTHENTICATE, PASSWORD, Accounts::hasBasic, Accounts::basic, Refusals::json)),
  /** As {@link #BASIC}, for Docker. */
  DOCKER(new Step(AUTHENTICATE, PASSWORD, Accounts::hasBasic, Accounts::basic, Refusals::docker));

  /** Beyond those of Keycloak, whose order is 0: the one with the higher order has the id. */
  public static final int ORDER = 10;

  private final Step step;

  LoginStep(Step step) {
    this.step = step;
  }

  /** Returns Keycloak's authenticator of this step, limited. */
  public Authenticator limit(Authenticator delegate) {
    return LimitedCredentialAuthenticator.decorate(delegate, step);
  }
}
