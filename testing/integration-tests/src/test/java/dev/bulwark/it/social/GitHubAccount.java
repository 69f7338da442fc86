package dev.bulwark.it.social;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An account at the stand-in for GitHub.
 *
 * @param name what the profile says; null for an account that says nothing
 * @param publicEmail the address that the profile shows; null for none
 * @param addresses what {@code /user/emails} tells
 */
record GitHubAccount(
    long id,
    String login,
    @Nullable String name,
    @Nullable String publicEmail,
    List<Address> addresses) {

  /** An address of an account. */
  record Address(String email, boolean primary, boolean verified) {}

  /** Somebody who shows no address, and whose primary one GitHub has verified. */
  static GitHubAccount of(long id, String login, String email) {
    return new GitHubAccount(
        id,
        login,
        "Linus Hub-Torvalds",
        null,
        List.of(
            new Address("other-" + email, false, true),
            new Address(email, true, true),
            new Address(id + "+" + login + "@users.noreply.github.com", false, true)));
  }
}
