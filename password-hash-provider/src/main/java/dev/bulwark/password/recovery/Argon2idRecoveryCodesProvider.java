package dev.bulwark.password.recovery;

import dev.bulwark.password.foreign.Algorithms;
import dev.bulwark.password.foreign.ImportedCode;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.keycloak.credential.CredentialInput;
import org.keycloak.credential.CredentialModel;
import org.keycloak.credential.RecoveryAuthnCodesCredentialProvider;
import org.keycloak.credential.hash.PasswordHashProvider;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.PasswordPolicy;
import org.keycloak.models.RealmModel;
import org.keycloak.models.UserModel;
import org.keycloak.models.credential.RecoveryAuthnCodesCredentialModel;
import org.keycloak.models.credential.dto.RecoveryAuthnCodeRepresentation;

/**
 * Keycloak's recovery codes, which a realm with the policy {@code hashAlgorithm(argon2id)} stores
 * with Argon2id (spec T5). Codes that Keycloak has stored work too; the first one that is used has
 * the rest of its set hashed. Those of another application ({@link ImportedCode}) work in any order
 * and stay as they are until they are renewed. For one thread, as every provider of a session.
 */
final class Argon2idRecoveryCodesProvider extends RecoveryAuthnCodesCredentialProvider {

  /**
   * As long as a transaction of Keycloak may take: then the code is gone from the database, or was
   * not used.
   */
  private static final long CLAIM_SECONDS = 300;

  private final KeycloakSession session;

  Argon2idRecoveryCodesProvider(KeycloakSession session) {
    super(session);
    this.session = session;
  }

  @Override
  public CredentialModel createCredential(
      RealmModel realm, UserModel user, RecoveryAuthnCodesCredentialModel codes) {
    hashing(realm).ifPresent(hashing -> hashing.hash(codes));
    return super.createCredential(realm, user, codes);
  }

  @Override
  public boolean isValid(RealmModel realm, UserModel user, CredentialInput input) {
    @Nullable String code = input.getChallengeResponse();
    Optional<RecoveryAuthnCodesCredentialModel> stored =
        user.credentialManager()
            .getStoredCredentialsByTypeStream(getType())
            .findFirst()
            .map(RecoveryAuthnCodesCredentialModel::createFromCredentialModel);
    if (code == null || stored.isEmpty()) {
      return false;
    }
    RecoveryAuthnCodesCredentialModel codes = stored.get();
    Optional<RecoveryAuthnCodeRepresentation> next = codes.getNextRecoveryAuthnCode();
    if (next.isPresent() && ImportedCode.is(next.get().getEncodedHashedValue())) {
      return useImportedCode(user, codes, code);
    }
    if (next.isEmpty()
        || !matches(code, next.get().getEncodedHashedValue())
        || !claim(codes.getId(), next.get().getNumber())) {
      return false;
    }
    codes.removeRecoveryAuthnCode();
    hashing(realm).ifPresent(hashing -> hashing.hash(codes));
    user.credentialManager().updateStoredCredential(codes);
    return true;
  }

  /** Codes of another application were used in any order, so here too. */
  private boolean useImportedCode(
      UserModel user, RecoveryAuthnCodesCredentialModel codes, String code) {
    ImportedCodeSet set = ImportedCodeSet.read(codes);
    Optional<Integer> number = set.numberOf(code);
    if (number.isEmpty() || !claim(codes.getId(), number.get())) {
      return false;
    }
    user.credentialManager().updateStoredCredential(set.without(number.get()).write(codes));
    return true;
  }

  private boolean matches(String code, String stored) {
    @Nullable PasswordHashProvider argon2id = argon2id();
    return argon2id != null && new RecoveryCodeHashing(argon2id).matches(code, stored);
  }

  /** Lets one of several simultaneous logins have the code, over all nodes. */
  private boolean claim(String credentialId, int number) {
    return session
        .singleUseObjects()
        .putIfAbsent("bulwark.recovery-code." + credentialId + "." + number, CLAIM_SECONDS);
  }

  /** Empty in a realm with another hasher, which stores codes as Keycloak does. */
  private Optional<RecoveryCodeHashing> hashing(RealmModel realm) {
    @Nullable PasswordPolicy policy = realm.getPasswordPolicy();
    return policy != null && Algorithms.ARGON2.equals(policy.getHashAlgorithm())
        ? Optional.ofNullable(argon2id()).map(RecoveryCodeHashing::new)
        : Optional.empty();
  }

  private @Nullable PasswordHashProvider argon2id() {
    return session.getProvider(PasswordHashProvider.class, Algorithms.ARGON2);
  }
}
