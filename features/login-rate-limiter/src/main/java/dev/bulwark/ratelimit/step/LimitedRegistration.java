package dev.bulwark.ratelimit.step;

import dev.bulwark.limit.Decision;
import dev.bulwark.ratelimit.Account;
import dev.bulwark.ratelimit.LoginRateLimiterProvider;
import jakarta.ws.rs.WebApplicationException;
import java.net.URI;
import org.keycloak.authentication.FormAction;
import org.keycloak.authentication.FormContext;
import org.keycloak.authentication.ValidationContext;
import org.keycloak.events.Details;
import org.keycloak.forms.login.LoginFormsProvider;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;
import org.keycloak.models.UserModel;

/**
 * The registration form, which reveals existing users and creates accounts. It counts by address
 * only and never returns its slot.
 */
public final class LimitedRegistration implements FormAction {

  private final FormAction delegate;

  public LimitedRegistration(FormAction delegate) {
    this.delegate = delegate;
  }

  @Override
  public void validate(ValidationContext context) {
    KeycloakSession session = context.getSession();
    LoginRateLimiterProvider limiter = session.getProvider(LoginRateLimiterProvider.class);
    if (limiter.take(Account.NOBODY) instanceof Decision.Refused refusal) {
      String name = context.getHttpRequest().getDecodedFormParameters().getFirst("username");
      context.getEvent().detail(Details.REGISTER_METHOD, "form");
      Refusals.report(context.getEvent(), name, refusal);
      LoginFormsProvider form =
          session
              .getProvider(LoginFormsProvider.class)
              .setAuthenticationSession(context.getAuthenticationSession());
      // LoginActionsService sends it as it is; as a validation error it would count as a failure.
      URI retry =
          Refusals.lastStep(session, context.getRealm(), context.getAuthenticationSession());
      throw new WebApplicationException(Refusals.page(session, form, retry, refusal));
    }
    limiter.fail();
    delegate.validate(context);
  }

  @Override
  public void buildPage(FormContext context, LoginFormsProvider form) {
    delegate.buildPage(context, form);
  }

  @Override
  public void success(FormContext context) {
    delegate.success(context);
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
  public void close() {
    delegate.close();
  }
}
