package dev.bulwark.realm.profile;

/**
 * When an e-mail address is required. New users need one, since it is the way to prove who they are
 * and to recover the account. A user who came along without one is not asked for it, and a user who
 * has one cannot remove it.
 */
final class AddressRule {

  private AddressRule() {}

  /** Who is about to store the profile. */
  enum Writer {
    /** A visitor who registers, or logs in at a provider for the first time. */
    NEW_USER,
    /** A user who changes the own profile, or whose profile is checked at a login. */
    USER,
    /** An administrator, or an import. */
    ADMINISTRATOR
  }

  /**
   * Whether the profile is refused for the lack of an address.
   *
   * @param hasAddress whether the stored profile has an address
   * @param sendsAddress whether the profile to be stored has one
   */
  static boolean isMissing(Writer writer, boolean hasAddress, boolean sendsAddress) {
    return !sendsAddress
        && switch (writer) {
          case NEW_USER -> true;
          case USER -> hasAddress;
          case ADMINISTRATOR -> false;
        };
  }
}
