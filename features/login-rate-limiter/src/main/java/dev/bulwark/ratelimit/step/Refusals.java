package dev.bulwark.ratelimit.step;

import dev.bulwark.limit.Decision;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.net.URI;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.keycloak.authentication.AuthenticationFlowContext;
import org.keycloak.authentication.RequiredActionContext;
import org.keycloak.events.Details;
import org.keycloak.events.EventBuilder;
import org.keycloak.forms.login.LoginFormsProvider;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;
import org.keycloak.protocol.oidc.OIDCLoginProtocol;
import org.keycloak.representations.idm.OAuth2ErrorRepresentation;
import org.keycloak.services.managers.AuthenticationManager;
import org.keycloak.services.util.AuthenticationFlowURLHelper;
import org.keycloak.sessions.AuthenticationSessionModel;

/** The responses to rejected attempts, and their event. */
public final class Refusals {

  /** The error of the event. */
  public static final String EVENT_ERROR = "rate_limited";

  /** The error in JSON; known from RFC 8628, 3.5: do the same later. */
  static final String SLOW_DOWN = "slow_down";

  static final String TEMPLATE = "login-rate-limited.ftl";

  private static final int TOO_MANY_REQUESTS = 429;

  /** Names of users are at most this long. */
  private static final int MAX_NAME = 255;

  private Refusals() {}

  /** A page of the login theme with a link back to the step. */
  static Response page(AuthenticationFlowContext context, Decision.Refused refusal) {
    return page(context.getSession(), context.form(), context.getRefreshUrl(true), refusal);
  }

  /** As {@link #page(AuthenticationFlowContext, Decision.Refused)}, for an action of a user. */
  public static Response page(RequiredActionContext context, Decision.Refused refusal) {
    KeycloakSession session = context.getSession();
    return page(
        session,
        context.form(),
        lastStep(session, context.getRealm(), context.getAuthenticationSession()),
        refusal);
  }

  /** Address of the page on which a login is. */
  static URI lastStep(KeycloakSession session, RealmModel realm, AuthenticationSessionModel login) {
    return new AuthenticationFlowURLHelper(session, realm, session.getContext().getUri())
        .getLastExecutionUrl(login);
  }

  /**
   * As {@link #page(AuthenticationFlowContext, Decision.Refused)}. The form to which the page leads
   * back has the name that was typed.
   */
  static Response pageThatKeepsTheName(
      AuthenticationFlowContext context, Decision.Refused refusal) {
    String name =
        context
            .getHttpRequest()
            .getDecodedFormParameters()
            .getFirst(AuthenticationManager.FORM_USERNAME);
    if (name != null && name.length() <= MAX_NAME) {
      context.getAuthenticationSession().setClientNote(OIDCLoginProtocol.LOGIN_HINT_PARAM, name);
    }
    return page(context, refusal);
  }

  /**
   * As {@link #page(AuthenticationFlowContext, Decision.Refused)}, where an earlier step has looked
   * for the user and the page must not tell whether it has found one, by its name or language.
   */
  static Response pageForAnybody(AuthenticationFlowContext context, Decision.Refused refusal) {
    return page(
        context.getSession(), formForAnybody(context), context.getRefreshUrl(true), refusal);
  }

  /** A form that names nobody. */
  static LoginFormsProvider formForAnybody(AuthenticationFlowContext context) {
    return context
        .getSession()
        .getProvider(LoginFormsProvider.class)
        .setAuthenticationSession(context.getAuthenticationSession());
  }

  /**
   * A page of the login theme, or none where the page that is open sends its form again by itself.
   *
   * @param retry where the page leads back to
   */
  static Response page(
      KeycloakSession session, LoginFormsProvider form, URI retry, Decision.Refused refusal) {
    if (refusal.inFlight()) {
      Response none = OpenPage.keep(session, refusal.retryAfterSeconds());
      if (none != null) {
        return none;
      }
      form.setAttribute("busy", true);
    }
    form.setAttribute("retryAfterSeconds", refusal.retryAfterSeconds());
    form.setAttribute("retryUrl", retry.toString());
    Response page = form.createForm(TEMPLATE);
    return answer(Response.fromResponse(page), refusal);
  }

  /** JSON as the token endpoint's errors are (RFC 6749, 5.2). */
  static Response json(AuthenticationFlowContext context, Decision.Refused refusal) {
    return json(refusal);
  }

  /** As {@link #json(AuthenticationFlowContext, Decision.Refused)}, outside of a flow of users. */
  public static Response json(Decision.Refused refusal) {
    return answer(
        Response.ok(new OAuth2ErrorRepresentation(SLOW_DOWN, text(refusal)))
            .type(MediaType.APPLICATION_JSON_TYPE)
            .header(HttpHeaders.CACHE_CONTROL, "no-store"),
        refusal);
  }

  /** JSON as Docker's clients read it (Docker Registry HTTP API V2, error code TOOMANYREQUESTS). */
  static Response docker(AuthenticationFlowContext context, Decision.Refused refusal) {
    Map<String, Object> error = Map.of("code", "TOOMANYREQUESTS", "message", text(refusal));
    return answer(
        Response.ok(Map.of("errors", List.of(error))).type(MediaType.APPLICATION_JSON_TYPE),
        refusal);
  }

  /**
   * Tells the event listeners. The event is a copy: the step's own goes on for the next attempt.
   * There is none for an attempt that comes again in a second: a page that waits, or a script,
   * would fill the database.
   *
   * @param name the name as it was typed, of which the event has 255 characters; null if none was
   */
  static void report(EventBuilder event, @Nullable String name, Decision.Refused refusal) {
    if (refusal.inFlight()) {
      return;
    }
    EventBuilder copy = event.clone();
    if (name != null) {
      copy.detail(Details.USERNAME, stored(name));
    }
    copy.detail(Details.REASON, refusal.scope().id())
        .detail("retry_after", Long.toString(refusal.retryAfterSeconds()))
        .error(EVENT_ERROR);
  }

  /**
   * The beginning of a name as it was typed, for an event. A form takes 128 KB, rejections cost
   * nothing, and every event is stored: strangers could fill the database, and the memory of
   * whoever reads the events.
   */
  static String stored(String name) {
    return name.length() <= MAX_NAME ? name : name.substring(0, MAX_NAME);
  }

  private static String text(Decision.Refused refusal) {
    String reason = refusal.inFlight() ? "Other attempts are in progress." : "Too many attempts.";
    return reason + " Try again in " + refusal.retryAfterSeconds() + " s.";
  }

  private static Response answer(Response.ResponseBuilder builder, Decision.Refused refusal) {
    return builder
        .status(TOO_MANY_REQUESTS)
        .header(HttpHeaders.RETRY_AFTER, refusal.retryAfterSeconds())
        .build();
  }
}
