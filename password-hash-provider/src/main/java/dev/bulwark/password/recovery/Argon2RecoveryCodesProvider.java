package dev.bulwark.password.recovery;

import dev.bulwark.credential.CredentialRow;
import dev.bulwark.password.foreign.Algorithms;
import dev.bulwark.password.foreign.ImportedCode;
import java.util.Optional;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.keycloak.credential.CredentialInput;
import org.keycloak.credential.CredentialModel;
import org.keycloak.credential.RecoveryAuthnCodesCredentialProvider;
import org.keycloak.credential.hash.PasswordHashProvider;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;
import org.keycloak.models.UserModel;
import org.keycloak.models.credential.RecoveryAuthnCodesCredentialModel;
import org.keycloak.models.credential.dto.RecoveryAuthnCodeRepresentation;

/**
 * Keycloak's recovery codes, which a realm stores with Argon2 where {@link
 * RenewRecoveryCodesAction#HASH_CODES} is on (spec T5). Codes that Keycloak has stored work too, as
 * do imported ones in its form; the first one that is used has the rest of its set hashed. Those of
 * another application ({@link ImportedCode}) work in any order and stay as they are until they are
 * renewed. For one thread, as every provider of a session.
 */
final class Argon2RecoveryCodesProvider extends RecoveryAuthnCodesCredentialProvider {

  private final KeycloakSession session;

  Argon2RecoveryCodesProvider(KeycloakSession session) {
    super(session);
    this.session = session;
  }

  /**
   * Hashes the codes that a user sets up. An import or the Admin API brings those of many users in
   * one transaction, which twelve hashes for each would let time out: the first use hashes them.
   */
  @Override
  public CredentialModel createCredential(
      RealmModel realm, UserModel user, RecoveryAuthnCodesCredentialModel codes) {
    if (session.getContext().getAuthenticationSession() != null) {
      hashing(realm).ifPresent(hashing -> hashing.hash(codes));
    }
    return super.createCredential(realm, user, codes);
  }

  @Override
  public boolean isValid(RealmModel realm, UserModel user, CredentialInput input) {
    @Nullable String code = input.getChallengeResponse();
    Optional<CredentialModel> stored =
        user.credentialManager().getStoredCredentialsByTypeStream(getType()).findFirst();
    if (code == null || stored.isEmpty()) {
      return false;
    }
    RecoveryAuthnCodesCredentialModel codes =
        RecoveryAuthnCodesCredentialModel.createFromCredentialModel(stored.get());
    Optional<RecoveryAuthnCodeRepresentation> next = codes.getNextRecoveryAuthnCode();
    if (next.isPresent() && ImportedCode.is(next.get().getEncodedHashedValue())) {
      return useImportedCode(user, codes, code);
    }
    return next.isPresent()
        && matches(code, next.get().getEncodedHashedValue())
        && use(realm, user, stored.get(), next.get());
  }

  /** Of several simultaneous logins with a code, the first one that has the lock gets in. */
  private boolean use(
      RealmModel realm,
      UserModel user,
      CredentialModel read,
      RecoveryAuthnCodeRepresentation code) {
    RecoveryAuthnCodesCredentialModel rest =
        RecoveryAuthnCodesCredentialModel.createFromCredentialModel(read);
    String secret = rest.getSecretData();
    rest.removeRecoveryAuthnCode();
    // First, since it may wait for its turn: meanwhile nothing is locked.
    hashing(realm).ifPresent(hashing -> hashing.hash(rest));
    Optional<CredentialModel> stored = CredentialRow.lock(session, user, read.getId());
    if (stored.isEmpty()) {
      return false;
    }
    if (stored.get().getSecretData().equals(secret)) {
      rest.setUserLabel(stored.get().getUserLabel());
      user.credentialManager().updateStoredCredential(rest);
      return true;
    }
    return useOfOther(user, stored.get(), code);
  }

  /** The set is another one than was read, such as hashed meanwhile. A later login hashes it. */
  private static boolean useOfOther(
      UserModel user, CredentialModel stored, RecoveryAuthnCodeRepresentation code) {
    RecoveryAuthnCodesCredentialModel codes =
        RecoveryAuthnCodesCredentialModel.createFromCredentialModel(stored);
    if (codes.getNextRecoveryAuthnCode().filter(isSameAs(code)).isEmpty()) {
      return false;
    }
    codes.removeRecoveryAuthnCode();
    user.credentialManager().updateStoredCredential(codes);
    return true;
  }

  private static Predicate<RecoveryAuthnCodeRepresentation> isSameAs(
      RecoveryAuthnCodeRepresentation code) {
    return other ->
        other.getNumber() == code.getNumber()
            && other.getEncodedHashedValue().equals(code.getEncodedHashedValue());
  }

  /**
   * Codes of another application were used in any order, so here too. A code that the set does not
   * have takes no lock.
   */
  private boolean useImportedCode(
      UserModel user, RecoveryAuthnCodesCredentialModel codes, String code) {
    if (ImportedCodeSet.read(codes).numberOf(code).isEmpty()) {
      return false;
    }
    Optional<CredentialModel> stored = CredentialRow.lock(session, user, codes.getId());
    if (stored.isEmpty()) {
      return false;
    }
    ImportedCodeSet set = ImportedCodeSet.read(stored.get());
    Optional<Integer> number = set.numberOf(code);
    if (number.isEmpty()) {
      return false;
    }
    user.credentialManager().updateStoredCredential(set.without(number.get()).write(stored.get()));
    return true;
  }

  private boolean matches(String code, String stored) {
    @Nullable PasswordHashProvider argon2 = argon2();
    return argon2 != null && new RecoveryCodeHashing(argon2).matches(code, stored);
  }

  /** Empty in a realm that stores codes as Keycloak does. */
  private Optional<RecoveryCodeHashing> hashing(RealmModel realm) {
    return RenewRecoveryCodesAction.isHashingIn(realm)
        ? Optional.ofNullable(argon2()).map(RecoveryCodeHashing::new)
        : Optional.empty();
  }

  private @Nullable PasswordHashProvider argon2() {
    return session.getProvider(PasswordHashProvider.class, Algorithms.ARGON2);
  }
}
