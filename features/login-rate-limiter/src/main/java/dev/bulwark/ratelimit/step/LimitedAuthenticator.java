package dev.bulwark.ratelimit.step;

import dev.bulwark.contract.PasswordCheckUnavailableException;
import dev.bulwark.limit.Decision;
import dev.bulwark.ratelimit.Account;
import dev.bulwark.ratelimit.LoginRateLimiterProvider;
import java.util.List;
import java.util.function.Consumer;
import org.keycloak.authentication.AuthenticationFlowContext;
import org.keycloak.authentication.Authenticator;
import org.keycloak.authentication.FlowStatus;
import org.keycloak.authentication.RequiredActionFactory;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;
import org.keycloak.models.UserModel;

/**
 * An authenticator of Keycloak that begins only when the request holds a slot. A refused attempt
 * never reaches it: no secret is compared and no failure is counted against the user, but the
 * answer is the same whether the user exists or not.
 */
class LimitedAuthenticator implements Authenticator {

  /** The slot of the step that named the user, until the login succeeds. */
  private static final String NAME_SLOT = "bulwark.login-rate-limiter.name-slot";

  private final Authenticator delegate;
  private final Step step;

  LimitedAuthenticator(Authenticator delegate, Step step) {
    this.delegate = delegate;
    this.step = step;
  }

  @Override
  public void authenticate(AuthenticationFlowContext context) {
    call(Step.Call.AUTHENTICATE, context, delegate::authenticate);
  }

  @Override
  public void action(AuthenticationFlowContext context) {
    if (step.isFormOfName() && Accounts.isPasskeyWithName(context)) {
      delegate.authenticate(context);
      return;
    }
    call(Step.Call.ACTION, context, delegate::action);
  }

  private void call(
      Step.Call call, AuthenticationFlowContext context, Consumer<AuthenticationFlowContext> work) {
    if (step.at() != call || !step.isAttempt().test(context)) {
      work.accept(context);
      return;
    }
    LoginRateLimiterProvider limiter =
        context.getSession().getProvider(LoginRateLimiterProvider.class);
    Account account = step.account().apply(context);
    if (limiter.take(account) instanceof Decision.Refused refusal) {
      Refusals.report(context.getEvent(), account.name(), refusal);
      // Not a failure: Keycloak would count it against the user.
      context.forceChallenge(step.answer().to(context, refusal));
      return;
    }
    long start = System.nanoTime();
    try {
      work.accept(context);
    } catch (PasswordCheckUnavailableException e) {
      limiter.fail();
      FailureTiming.equalize(context, start);
      PasswordCheckUnavailable.refuse(context, step, account.name(), e);
      return;
    }
    settle(context, limiter);
    if (hasFailed(context.getStatus())) {
      FailureTiming.equalize(context, start);
      PasswordCheckUnavailable.answerFailure(context, step);
    }
  }

  /** Where the time of the answer could tell of the account: not for codes, after the password. */
  private boolean hasFailed(FlowStatus status) {
    return switch (step.tests()) {
      // HTTP Basic leaves a name that nobody has at "attempted".
      case PASSWORD -> status != FlowStatus.SUCCESS;
      case NAME -> status != FlowStatus.SUCCESS && status != FlowStatus.ATTEMPTED;
      case SECRET, MESSAGE -> false;
    };
  }

  private void settle(AuthenticationFlowContext context, LoginRateLimiterProvider limiter) {
    FlowStatus status = context.getStatus();
    if (status == FlowStatus.ATTEMPTED) {
      return;
    }
    if (status != FlowStatus.SUCCESS) {
      limiter.fail();
      return;
    }
    switch (step.tests()) {
      case SECRET, PASSWORD -> {
        limiter.succeed();
        String earlier = context.getAuthenticationSession().getAuthNote(NAME_SLOT);
        if (earlier != null) {
          context.getAuthenticationSession().removeAuthNote(NAME_SLOT);
          limiter.adopt(earlier);
        }
      }
      case NAME -> {
        if (step.at() == Step.Call.ACTION) {
          // One only: names that were tried before stay counted.
          context.getAuthenticationSession().setAuthNote(NAME_SLOT, limiter.slot());
        }
      }
      case MESSAGE -> limiter.fail();
    }
  }

  @Override
  public boolean requiresUser() {
    return delegate.requiresUser();
  }

  @Override
  public boolean configuredFor(KeycloakSession session, RealmModel realm, UserModel user) {
    return delegate.configuredFor(session, realm, user);
  }

  @Override
  public void setRequiredActions(KeycloakSession session, RealmModel realm, UserModel user) {
    delegate.setRequiredActions(session, realm, user);
  }

  @Override
  public List<RequiredActionFactory> getRequiredActions(KeycloakSession session) {
    return delegate.getRequiredActions(session);
  }

  @Override
  public boolean areRequiredActionsEnabled(KeycloakSession session, RealmModel realm) {
    return delegate.areRequiredActionsEnabled(session, realm);
  }

  @Override
  public void close() {
    delegate.close();
  }
}
