package dev.bulwark.it.faults;

import dev.bulwark.checker.RevocationChecker;
import dev.bulwark.checker.Verdict;
import dev.bulwark.it.support.CheckedToken;
import dev.bulwark.it.support.Response;

/** What an application's checker answers about tokens that Keycloak has issued. */
final class Verdicts {

  private Verdicts() {}

  /** The answer about the access token of a response. */
  static Verdict of(RevocationChecker checker, Response tokens) {
    return checker.check(CheckedToken.of(tokens.text("access_token")));
  }
}
