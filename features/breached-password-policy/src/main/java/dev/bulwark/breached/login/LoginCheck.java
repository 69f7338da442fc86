package dev.bulwark.breached.login;

import dev.bulwark.breached.BreachedPasswordPolicyProviderFactory;
import dev.bulwark.breached.login.LoginMetrics.Outcome;
import java.time.Instant;
import java.util.function.ToIntFunction;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.PasswordPolicy;
import org.keycloak.models.RealmModel;
import org.keycloak.models.RequiredActionProviderModel;
import org.keycloak.models.UserModel;
import org.keycloak.sessions.AuthenticationSessionModel;

/**
 * Checks a password that was right, and applies the realm's {@link LoginAction} (spec P10). One for
 * the server. Thread-safe.
 *
 * <p>Its own time is a hash and a look-up in memory. The event about a breached password is written
 * by {@link NoticeQueue}, after the login's part is done.
 */
final class LoginCheck {

  private static final Logger LOG = Logger.getLogger(LoginCheck.class);

  private static final int DEFAULT_THRESHOLD = 1;

  /** Of several logins at once only one makes the notice; afterwards the attribute decides. */
  private static final long CLAIM_SECONDS = 3600;

  private final ToIntFunction<String> count;
  private final NoticeQueue notices;
  private final int noticeDays;
  private final LoginMetrics metrics;

  /**
   * Creates a check.
   *
   * @param count how often a password was seen; must answer without a network
   * @param noticeDays days between two notices about the same password, at least 1
   */
  LoginCheck(
      ToIntFunction<String> count, NoticeQueue notices, int noticeDays, LoginMetrics metrics) {
    this.count = count;
    this.notices = notices;
    this.noticeDays = noticeDays;
    this.metrics = metrics;
  }

  /** Checks a password. A failure of the check is logged and counted, and the login goes on. */
  void check(KeycloakSession session, RealmModel realm, UserModel user, String password) {
    LoginAction action = action(realm);
    if (action == LoginAction.OFF) {
      return;
    }
    long start = System.nanoTime();
    Outcome outcome;
    try {
      outcome =
          count.applyAsInt(password) >= threshold(realm) ? Outcome.BREACHED : Outcome.ACCEPTED;
      if (outcome == Outcome.BREACHED) {
        apply(action, session, realm, user);
      }
    } catch (RuntimeException e) {
      outcome = Outcome.FAILED;
      LOG.warnf(
          e,
          "The check for a breached password failed at a login of user %s. The "
              + "login continues without the check",
          user.getId());
    }
    metrics.checked(action, outcome, System.nanoTime() - start);
  }

  private void apply(
      LoginAction action, KeycloakSession session, RealmModel realm, UserModel user) {
    LoginAction applied = action;
    if (action == LoginAction.DEMAND && !demand(session, realm)) {
      LOG.warnf(
          "Realm %s demands a new password from users with a breached one, but its required action %s is disabled or this is no login; applying 'warn'",
          realm.getName(), UserModel.RequiredAction.UPDATE_PASSWORD);
      applied = LoginAction.WARN;
    }
    String name = PasswordName.of(user);
    LastNotice last = LastNotice.read(user.getFirstAttribute(LastNotice.ATTRIBUTE));
    if (LastNotice.isDue(last, name, Instant.now(), noticeDays)
        && session
            .singleUseObjects()
            .putIfAbsent("bulwark.breached." + realm.getId() + "." + name, CLAIM_SECONDS)) {
      notices.add(Notice.of(session, realm, user, name, applied));
    }
  }

  /**
   * Demands another password before this login completes. The account itself gets no required
   * action: somebody who knows the password and lacks the second factor would stop the API keys of
   * the owner by it.
   *
   * @return false where the realm has switched the required action off, or nobody logs in
   */
  private static boolean demand(KeycloakSession session, RealmModel realm) {
    String action = UserModel.RequiredAction.UPDATE_PASSWORD.name();
    @Nullable RequiredActionProviderModel provider = realm.getRequiredActionProviderByAlias(action);
    @Nullable AuthenticationSessionModel login = session.getContext().getAuthenticationSession();
    if (provider == null || !provider.isEnabled() || login == null) {
      return false;
    }
    login.addRequiredAction(action);
    return true;
  }

  private static LoginAction action(RealmModel realm) {
    @Nullable PasswordPolicy policy = realm.getPasswordPolicy();
    @Nullable Object action =
        policy == null ? null : policy.getPolicyConfig(AtLoginPolicyFactory.ID);
    return action instanceof LoginAction set ? set : LoginAction.OFF;
  }

  private static int threshold(RealmModel realm) {
    @Nullable Object threshold =
        realm.getPasswordPolicy().getPolicyConfig(BreachedPasswordPolicyProviderFactory.ID);
    return threshold instanceof Integer set ? set : DEFAULT_THRESHOLD;
  }
}
