package dev.bulwark.ratelimit.step;

import dev.bulwark.ratelimit.LoginRateLimiterProvider;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.keycloak.authentication.RequiredActionContext;
import org.keycloak.authentication.RequiredActionProvider;
import org.keycloak.authentication.requiredactions.VerifyEmail;
import org.keycloak.authentication.requiredactions.util.EmailCooldownManager;
import org.keycloak.models.Constants;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RequiredActionConfigModel;
import org.keycloak.models.UserModel;
import org.keycloak.services.messages.Messages;

/**
 * Keycloak's action {@code VERIFY_EMAIL}, whose first mail of each login obeys the pause between
 * two mails of a user, too. Keycloak has that pause only for "send again". Without it, somebody
 * whose account names your address could send you a mail with each login: a login that succeeds
 * gives its slot back, and one by an identity provider takes none. Thread-safe: it has no state.
 */
public final class LimitedVerifyEmail extends VerifyEmail {

  private static final String FIRST_MAIL = "bulwark-verify-email-first-";

  @Override
  public int order() {
    return LoginStep.ORDER;
  }

  @Override
  public RequiredActionProvider create(KeycloakSession session) {
    return this;
  }

  @Override
  public void requiredActionChallenge(RequiredActionContext context) {
    if (!isOn(context.getSession()) || !sendsMail(context)) {
      super.requiredActionChallenge(context);
      return;
    }
    long pause = pauseSeconds(context.getConfig());
    @Nullable Long left =
        EmailCooldownManager.retrieveCooldownEntry(context, EMAIL_RESEND_COOLDOWN_KEY_PREFIX);
    if (left == null && take(context, pause)) {
      super.requiredActionChallenge(context);
      return;
    }
    context.challenge(
        context
            .form()
            .setError(Messages.COOLDOWN_VERIFICATION_EMAIL, left == null ? pause : left)
            .createResponse(UserModel.RequiredAction.VERIFY_EMAIL));
  }

  private static boolean isOn(KeycloakSession session) {
    LoginRateLimiterProvider limiter = session.getProvider(LoginRateLimiterProvider.class);
    return limiter != null && limiter.isOn();
  }

  /** By exactly what Keycloak's action asks itself. */
  private boolean sendsMail(RequiredActionContext context) {
    String address = context.getUser().getEmail();
    boolean byApplication =
        Objects.equals(
            context.getAuthenticationSession().getClientNote(Constants.KC_ACTION), getId());
    return !context.getUser().isEmailVerified()
        && address != null
        && !address.isBlank()
        && !byApplication
        && !address.equals(
            context.getAuthenticationSession().getAuthNote(Constants.VERIFY_EMAIL_KEY));
  }

  /** One of several logins at the same moment gets it. */
  private static boolean take(RequiredActionContext context, long pauseSeconds) {
    return pauseSeconds == 0
        || context
            .getSession()
            .singleUseObjects()
            .putIfAbsent(FIRST_MAIL + context.getUser().getId(), pauseSeconds);
  }

  private static long pauseSeconds(@Nullable RequiredActionConfigModel model) {
    Map<String, String> config = model == null ? null : model.getConfig();
    String seconds =
        config == null ? null : config.get(EmailCooldownManager.EMAIL_RESEND_COOLDOWN_SECONDS);
    return seconds != null && seconds.matches("\\d{1,6}")
        ? Long.parseLong(seconds)
        : EmailCooldownManager.EMAIL_RESEND_COOLDOWN_DEFAULT_SECONDS;
  }
}
