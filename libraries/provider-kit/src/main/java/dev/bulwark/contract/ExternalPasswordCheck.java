package dev.bulwark.contract;

import java.util.OptionalInt;

/**
 * Some passwords of a realm are checked by another system. The credential provider {@link
 * #PROVIDER} implements it.
 */
public interface ExternalPasswordCheck {

  /** Id of the credential provider, and of the algorithm of such passwords. */
  String PROVIDER = PasswordAlgorithms.LEGACY_LOGIN;

  /**
   * Whether the other system is left alone for now. Every failed login of the realm is then
   * answered alike, so that the answer does not tell whose password that system checks.
   *
   * @param realm name of the realm
   * @return seconds until the next try; empty while the system answers
   */
  OptionalInt outage(String realm);
}
