package dev.bulwark.ratelimit.step;

import dev.bulwark.contract.ExternalPasswordCheck;
import dev.bulwark.contract.PasswordCheckUnavailableException;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;
import org.keycloak.authentication.AuthenticationFlowContext;
import org.keycloak.credential.CredentialProvider;
import org.keycloak.events.Details;
import org.keycloak.events.EventBuilder;
import org.keycloak.representations.idm.OAuth2ErrorRepresentation;

/**
 * The answer while passwords of a realm that another system checks cannot be checked: 503 with
 * {@code Retry-After}. It is the same for everybody whose login fails meanwhile.
 */
final class PasswordCheckUnavailable {

  /** The error of the event. */
  static final String EVENT_ERROR = "password_check_unavailable";

  /** The error in JSON (RFC 6749, 4.1.2.1). */
  private static final String TEMPORARILY_UNAVAILABLE = "temporarily_unavailable";

  private static final String TEMPLATE = "login-unavailable.ftl";

  private PasswordCheckUnavailable() {}

  /** Refuses an attempt whose password was not checked: it is no failure of the user. */
  static void refuse(
      AuthenticationFlowContext context,
      Step step,
      @Nullable String name,
      PasswordCheckUnavailableException cause) {
    EventBuilder event = context.getEvent().clone();
    if (name != null) {
      event.detail(Details.USERNAME, Refusals.stored(name));
    }
    event.detail(Details.REASON, cause.reason()).error(EVENT_ERROR);
    context.forceChallenge(answer(context, step, cause.retryAfterSeconds()));
  }

  /**
   * Gives a failed attempt the same answer while the other system is left alone. What Keycloak
   * counts stays as it is.
   */
  static void answerFailure(AuthenticationFlowContext context, Step step) {
    OptionalInt outage = outage(context);
    if (outage.isEmpty()) {
      return;
    }
    switch (context.getStatus()) {
      case FAILED -> context.failure(context.getError(), answer(context, step, outage.getAsInt()));
      case FAILURE_CHALLENGE ->
          context.failureChallenge(context.getError(), answer(context, step, outage.getAsInt()));
      case CHALLENGE, FORCE_CHALLENGE ->
          context.forceChallenge(answer(context, step, outage.getAsInt()));
      default -> {
        // No answer of this step.
      }
    }
  }

  private static OptionalInt outage(AuthenticationFlowContext context) {
    @Nullable CredentialProvider<?> provider =
        context.getSession().getProvider(CredentialProvider.class, ExternalPasswordCheck.PROVIDER);
    return provider instanceof ExternalPasswordCheck external
        ? external.outage(context.getRealm().getName())
        : OptionalInt.empty();
  }

  private static Response answer(AuthenticationFlowContext context, Step step, int seconds) {
    Response.ResponseBuilder answer =
        step.at() == Step.Call.ACTION
            ? Response.fromResponse(
                Refusals.formForAnybody(context)
                    .setAttribute("retryUrl", context.getRefreshUrl(true).toString())
                    .createForm(TEMPLATE))
            : Response.ok(
                    new OAuth2ErrorRepresentation(
                        TEMPORARILY_UNAVAILABLE,
                        "The password is wrong, or it cannot be checked at the moment. Try again"
                            + " later."))
                .type(MediaType.APPLICATION_JSON_TYPE)
                .header(HttpHeaders.CACHE_CONTROL, "no-store");
    return answer
        .status(Response.Status.SERVICE_UNAVAILABLE)
        .header(HttpHeaders.RETRY_AFTER, seconds)
        .build();
  }
}
