package dev.bulwark.credential;

import dev.bulwark.credential.HashReplacement.Outcome;
import java.util.Objects;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.keycloak.credential.CredentialModel;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.UserModel;
import org.keycloak.models.credential.PasswordCredentialModel;

/**
 * Receives the hash that a login finds to be outdated. Keycloak's password provider would replace
 * it whatever is stored by then, a password that was set meanwhile too. So the caller of that
 * provider opens this first, and a hasher that is asked whether a hash is current reports here.
 * Where no hasher reports, Keycloak replaces the hash itself. For one thread.
 */
public final class OutdatedHash implements AutoCloseable {

  private static final String ATTRIBUTE = "bulwark.credential.outdated-hash";

  private final KeycloakSession session;
  private @Nullable PasswordCredentialModel found;
  private Consumer<Outcome> done = outcome -> {};

  private OutdatedHash(KeycloakSession session) {
    this.session = session;
  }

  /** Receives what the hashers of a session report, until it is closed. */
  public static OutdatedHash open(KeycloakSession session) {
    OutdatedHash opened = new OutdatedHash(session);
    session.setAttribute(ATTRIBUTE, opened);
    return opened;
  }

  /**
   * Reports a hash.
   *
   * @param done told what became of its replacement, where one was tried
   * @return whether it is replaced elsewhere, so that Keycloak is to leave it as it is
   */
  public static boolean report(
      KeycloakSession session, PasswordCredentialModel outdated, Consumer<Outcome> done) {
    @Nullable OutdatedHash open = session.getAttribute(ATTRIBUTE, OutdatedHash.class);
    if (open == null || outdated.getId() == null) {
      return false;
    }
    open.found = outdated;
    open.done = done;
    return true;
  }

  /**
   * Replaces the reported hash after the commit, if there is one.
   *
   * @param password in clear text
   */
  public void replace(UserModel user, String password) {
    @Nullable PasswordCredentialModel old = found;
    if (old != null) {
      new HashReplacement(user, old.getId(), password, stored -> isSame(stored, old))
          .afterCommit(session, done);
    }
  }

  private static boolean isSame(CredentialModel stored, CredentialModel old) {
    return Objects.equals(stored.getType(), old.getType())
        && Objects.equals(stored.getCredentialData(), old.getCredentialData())
        && Objects.equals(stored.getSecretData(), old.getSecretData());
  }

  @Override
  public void close() {
    session.removeAttribute(ATTRIBUTE);
  }
}
