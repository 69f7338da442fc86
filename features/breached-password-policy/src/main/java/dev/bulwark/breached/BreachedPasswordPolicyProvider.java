package dev.bulwark.breached;

import dev.bulwark.breached.Verdict.Outcome;
import org.jspecify.annotations.Nullable;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;
import org.keycloak.models.UserModel;
import org.keycloak.policy.PasswordPolicyConfigException;
import org.keycloak.policy.PasswordPolicyProvider;
import org.keycloak.policy.PolicyError;

/** The policy for one session. */
final class BreachedPasswordPolicyProvider implements PasswordPolicyProvider {

  /** Message keys, also the reason in Keycloak's own events about a refused password. */
  static final String BREACHED = "invalidPasswordBreachedMessage";

  static final String UNCHECKED = "invalidPasswordBreachCheckUnavailableMessage";

  static final int DEFAULT_THRESHOLD = 1;
  static final int MAX_THRESHOLD = 65_535;

  private final KeycloakSession session;
  private final BreachedPasswordCheck check;

  BreachedPasswordPolicyProvider(KeycloakSession session, BreachedPasswordCheck check) {
    this.session = session;
    this.check = check;
  }

  @Override
  public @Nullable PolicyError validate(RealmModel realm, UserModel user, String password) {
    return validate(realm, user, user.getUsername(), password);
  }

  /** Registration: the user does not exist yet. */
  @Override
  public @Nullable PolicyError validate(String username, String password) {
    return validate(session.getContext().getRealm(), null, username, password);
  }

  private @Nullable PolicyError validate(
      RealmModel realm, @Nullable UserModel user, @Nullable String username, String password) {
    Integer threshold =
        realm.getPasswordPolicy().getPolicyConfig(BreachedPasswordPolicyProviderFactory.ID);
    Verdict verdict = check.check(password, threshold == null ? DEFAULT_THRESHOLD : threshold);
    if (verdict.unreachable() != null) {
      UnreachableEvent.send(session, realm, user, username, verdict, verdict.unreachable());
    }
    if (verdict.outcome() == Outcome.ACCEPTED) {
      return null;
    }
    return new PolicyError(verdict.outcome() == Outcome.BREACHED ? BREACHED : UNCHECKED);
  }

  /** The threshold: how often a password must have been seen to be refused, 1 to 65,535. */
  @Override
  public Object parseConfig(@Nullable String value) {
    if (value == null || value.isBlank()) {
      return DEFAULT_THRESHOLD;
    }
    try {
      int threshold = Integer.parseInt(value.trim());
      if (threshold >= 1 && threshold <= MAX_THRESHOLD) {
        return threshold;
      }
    } catch (NumberFormatException e) {
      throw invalidThreshold();
    }
    throw invalidThreshold();
  }

  private static PasswordPolicyConfigException invalidThreshold() {
    return new PasswordPolicyConfigException(
        "The threshold must be a number from 1 to " + MAX_THRESHOLD);
  }

  @Override
  public void close() {
    // Holds nothing.
  }
}
