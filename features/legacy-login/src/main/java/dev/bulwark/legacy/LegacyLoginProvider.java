package dev.bulwark.legacy;

import dev.bulwark.contract.ExternalPasswordCheck;
import dev.bulwark.contract.FailedLogin;
import dev.bulwark.contract.PasswordAlgorithms;
import dev.bulwark.contract.PasswordCheckUnavailableException;
import dev.bulwark.credential.CredentialRow;
import dev.bulwark.legacy.endpoint.NoAnswerException;
import dev.bulwark.legacy.endpoint.Reason;
import java.util.Optional;
import java.util.OptionalInt;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;
import org.keycloak.credential.CredentialInput;
import org.keycloak.credential.CredentialInputValidator;
import org.keycloak.credential.CredentialModel;
import org.keycloak.credential.CredentialProvider;
import org.keycloak.credential.CredentialTypeMetadata;
import org.keycloak.credential.CredentialTypeMetadataContext;
import org.keycloak.credential.hash.PasswordHashProvider;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;
import org.keycloak.models.UserCredentialModel;
import org.keycloak.models.UserModel;
import org.keycloak.models.credential.PasswordCredentialModel;

/**
 * Validates the password of a user whose stored password is a {@link PendingPassword}: the old
 * application is asked, and a right password is stored as a hash of the realm. All other passwords
 * are those of Keycloak's own provider, which fails on a pending one.
 *
 * <p>It is only asked at a login: a new password that a user chooses never reaches the old
 * application.
 */
public final class LegacyLoginProvider
    implements CredentialProvider<PasswordCredentialModel>,
        CredentialInputValidator,
        ExternalPasswordCheck {

  private static final Logger LOG = Logger.getLogger(LegacyLoginProvider.class);

  private static final String TYPE = LegacyLoginFactory.ID;

  private static final int NOT_CONFIGURED_RETRY_SECONDS = 60;

  private final KeycloakSession session;
  private final @Nullable OldApplication application;

  /**
   * Creates a provider for one session.
   *
   * @param application null where none is configured
   */
  LegacyLoginProvider(KeycloakSession session, @Nullable OldApplication application) {
    this.session = session;
    this.application = application;
  }

  /** As a validator: passwords. */
  @Override
  public boolean supportsCredentialType(String type) {
    return PasswordCredentialModel.TYPE.equals(type);
  }

  /**
   * As a provider of stored credentials: none. Those of type password are Keycloak's provider's.
   */
  @Override
  public boolean supportsCredentialType(CredentialModel credential) {
    return false;
  }

  /** Keycloak's password provider says so of a pending password too. */
  @Override
  public boolean isConfiguredFor(RealmModel realm, UserModel user, String type) {
    return false;
  }

  /**
   * Asks the old application.
   *
   * @return false for a wrong password, and for a user whose password is not pending
   * @throws PasswordCheckUnavailableException if the old application gives no reliable answer
   */
  @Override
  public boolean isValid(RealmModel realm, UserModel user, CredentialInput input) {
    String password = input.getChallengeResponse();
    if (!(input instanceof UserCredentialModel) || password == null || password.isEmpty()) {
      return false;
    }
    PendingPassword pending = PendingPassword.of(user).orElse(null);
    if (pending == null) {
      return false;
    }
    OldApplication known = application;
    if (known == null || !known.realm().equals(realm.getName())) {
      LOG.warnf(
          "User %s of realm %s has no password hash, and no old application is configured for the"
              + " realm. The login is rejected. Set spi-credential--legacy-login--url and --realm.",
          user.getId(), realm.getName());
      throw new PasswordCheckUnavailableException(
          Reason.NOT_CONFIGURED.label(), NOT_CONFIGURED_RETRY_SECONDS);
    }
    if (!ask(known, pending, password, user)) {
      known.metrics().checked(false);
      return false;
    }
    @Nullable CredentialModel stored = committed(pending, user, known).orElse(null);
    known.metrics().checked(true);
    return isStillValid(pending, stored, user, password, known);
  }

  /**
   * The answer may have taken seconds, so the password that the database has now decides. It is
   * another one where the user got a new password meanwhile, and a hash of the same one where
   * another first login was faster.
   */
  private boolean isStillValid(
      PendingPassword pending,
      @Nullable CredentialModel stored,
      UserModel user,
      String password,
      OldApplication known) {
    if (stored != null && pending.is(stored)) {
      pending.replaceAfterCommit(session, user, password, known.metrics());
      return true;
    }
    LOG.infof(
        "The password of user %s was changed while the old application checked it. The new one"
            + " decides.",
        user.getId());
    return stored != null && matches(password, stored);
  }

  /** Takes a second connection of the database, which may have none left when many log in. */
  private Optional<CredentialModel> committed(
      PendingPassword pending, UserModel user, OldApplication known) {
    try {
      return CredentialRow.committed(session, user, pending.id());
    } catch (RuntimeException e) {
      known.metrics().checked(Reason.DATABASE);
      LOG.warnf(
          e,
          "The stored password of user %s could not be read. The login is rejected with status 503"
              + " and does not count as a wrong password",
          user.getId());
      throw new PasswordCheckUnavailableException(
          Reason.DATABASE.label(), known.endpoint().retryAfterSeconds());
    }
  }

  private boolean matches(String password, CredentialModel stored) {
    if (!PasswordCredentialModel.TYPE.equals(stored.getType())) {
      return false;
    }
    PasswordCredentialModel current = PasswordCredentialModel.createFromCredentialModel(stored);
    @Nullable PasswordHashProvider hasher =
        session.getProvider(
            PasswordHashProvider.class, current.getPasswordCredentialData().getAlgorithm());
    return hasher != null && hasher.verify(password, current);
  }

  private boolean ask(
      OldApplication known, PendingPassword pending, String password, UserModel user) {
    long start = System.nanoTime();
    try {
      boolean right = known.endpoint().isRight(pending.login(), password);
      reportTime(System.nanoTime() - start);
      return right;
    } catch (NoAnswerException e) {
      known.metrics().checked(e.reason());
      LOG.warnf(
          "The old application at %s gave no reliable answer (%s: %s). The login of"
              + " user %s is rejected with status 503 and does not count as a wrong "
              + "password.",
          known.endpoint().url(), e.reason().label(), e.getMessage(), user.getId());
      throw new PasswordCheckUnavailableException(
          e.reason().label(), known.endpoint().retryAfterSeconds());
    }
  }

  /** So that other failed logins take as long (spec L3). */
  private void reportTime(long nanos) {
    // The hasher of a session sets the attribute when it is made.
    @Nullable PasswordHashProvider hasher =
        session.getProvider(PasswordHashProvider.class, PasswordAlgorithms.ARGON2);
    @Nullable FailedLogin failedLogin =
        session.getAttribute(FailedLogin.ATTRIBUTE, FailedLogin.class);
    if (hasher != null && failedLogin != null) {
      failedLogin.checkedElsewhere(LegacyLoginFactory.ID, nanos);
    }
  }

  @Override
  public OptionalInt outage(String realm) {
    OldApplication known = application;
    return known != null && known.realm().equals(realm) && known.endpoint().isOutage()
        ? OptionalInt.of(known.endpoint().retryAfterSeconds())
        : OptionalInt.empty();
  }

  /** A type of its own, without credentials: those of type password are Keycloak's provider's. */
  @Override
  public String getType() {
    return TYPE;
  }

  @Override
  public CredentialModel createCredential(
      RealmModel realm, UserModel user, PasswordCredentialModel credential) {
    throw new UnsupportedOperationException("Passwords are created by Keycloak's own provider");
  }

  @Override
  public boolean deleteCredential(RealmModel realm, UserModel user, String credentialId) {
    return false;
  }

  @Override
  public PasswordCredentialModel getCredentialFromModel(CredentialModel model) {
    return PasswordCredentialModel.createFromCredentialModel(model);
  }

  @Override
  public CredentialTypeMetadata getCredentialTypeMetadata(CredentialTypeMetadataContext context) {
    return CredentialTypeMetadata.builder()
        .type(TYPE)
        .category(CredentialTypeMetadata.Category.BASIC_AUTHENTICATION)
        .displayName("password-display-name")
        .helpText("password-help-text")
        .removeable(false)
        .build(session);
  }
}
