package dev.bulwark.apikey.action;

import dev.bulwark.apikey.manage.ApiKeyEvents;
import dev.bulwark.apikey.manage.ApiKeyException;
import dev.bulwark.apikey.manage.KeyOwner;
import dev.bulwark.apikey.manage.NewApiKey;
import dev.bulwark.apikey.manage.ProvenAddress;
import dev.bulwark.apikey.manage.RealmLimits;
import dev.bulwark.apikey.provider.ApiKeyProvider;
import jakarta.ws.rs.core.MultivaluedMap;
import jakarta.ws.rs.core.Response;
import java.net.URI;
import java.util.List;
import java.util.stream.Collectors;
import org.keycloak.authentication.AuthenticationProcessor;
import org.keycloak.authentication.InitiatedActionSupport;
import org.keycloak.authentication.RequiredActionContext;
import org.keycloak.authentication.RequiredActionProvider;
import org.keycloak.common.util.Time;
import org.keycloak.events.Details;
import org.keycloak.events.Errors;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.utils.FormMessage;
import org.keycloak.models.utils.KeycloakModelUtils;
import org.keycloak.services.messages.Messages;
import org.keycloak.services.resources.LoginActionsService;
import org.keycloak.services.util.AuthenticationFlowURLHelper;
import org.keycloak.sessions.AuthenticationSessionModel;

/**
 * Asks for name, scopes and expiry, then shows the key once. The key is in that one page only: it
 * is kept neither in the session nor in a form, so going back or reloading shows it no more. A form
 * makes one key, however often and by however many requests at once it is sent.
 */
final class CreateApiKeyAction implements RequiredActionProvider {

  /** Authentication note: id of the key that this action makes. */
  private static final String ID = "api-key.id";

  /** Authentication note: epoch seconds at which the form was first shown. */
  private static final String SINCE = "api-key.since";

  /** Authentication note: set once the key is made. */
  private static final String MADE = "api-key.made";

  private final KeycloakSession session;

  CreateApiKeyAction(KeycloakSession session) {
    this.session = session;
  }

  @Override
  public InitiatedActionSupport initiatedActionSupport() {
    return InitiatedActionSupport.SUPPORTED;
  }

  @Override
  public void evaluateTriggers(RequiredActionContext context) {}

  @Override
  public void requiredActionChallenge(RequiredActionContext context) {
    AuthenticationSessionModel notes = context.getAuthenticationSession();
    ApiKeyPages pages = new ApiKeyPages(session, context);
    if (notes.getAuthNote(MADE) != null) {
      context.challenge(pages.shownAlready());
      return;
    }
    if (notes.getAuthNote(ID) == null) {
      notes.setAuthNote(ID, KeycloakModelUtils.generateId());
      notes.setAuthNote(SINCE, Integer.toString(Time.currentTime()));
    }
    context.challenge(pages.form());
  }

  @Override
  public void processAction(RequiredActionContext context) {
    AuthenticationSessionModel notes = context.getAuthenticationSession();
    MultivaluedMap<String, String> input = context.getHttpRequest().getDecodedFormParameters();
    boolean made = notes.getAuthNote(MADE) != null;
    if (made && input.containsKey("done")) {
      notes.removeAuthNote(MADE);
      notes.removeAuthNote(ID);
      context.success();
      return;
    }
    // A form that is sent once more must not make a second key; nor can it show the first again.
    if (made || input.containsKey("done")) {
      requiredActionChallenge(context);
      return;
    }
    if (isStale(context)) {
      context.challenge(loginAgain(context));
      return;
    }
    create(context, input);
  }

  private static void failed(RequiredActionContext context, String reason) {
    context
        .getEvent()
        .clone()
        .detail(Details.CREDENTIAL_TYPE, "api-key")
        .detail(Details.REASON, reason)
        .error(Errors.INVALID_INPUT);
  }

  /**
   * Keycloak looks at the age of the login when the action begins, and gives a page a while; but a
   * page that is loaded again begins that while anew, so that an open one could wait for days.
   */
  private static boolean isStale(RequiredActionContext context) {
    String since = context.getAuthenticationSession().getAuthNote(SINCE);
    return since == null
        || Time.currentTime() - Integer.parseInt(since)
            > context.getRealm().getAccessCodeLifespanUserAction();
  }

  /** Begins anew, as Keycloak does after a time-out; the action comes again after the login. */
  private Response loginAgain(RequiredActionContext context) {
    AuthenticationSessionModel authentication = context.getAuthenticationSession();
    AuthenticationProcessor.resetFlow(authentication, LoginActionsService.AUTHENTICATE_PATH);
    authentication.setAuthNote(
        LoginActionsService.FORWARDED_ERROR_MESSAGE_NOTE, Messages.LOGIN_TIMEOUT);
    URI login =
        new AuthenticationFlowURLHelper(session, context.getRealm(), context.getUriInfo())
            .getLastExecutionUrl(
                LoginActionsService.AUTHENTICATE_PATH,
                null,
                authentication.getClient().getClientId(),
                authentication.getTabId(),
                AuthenticationProcessor.getClientData(session, authentication));
    return Response.status(Response.Status.FOUND).location(login).build();
  }

  private void create(RequiredActionContext context, MultivaluedMap<String, String> input) {
    ApiKeyPages pages = new ApiKeyPages(session, context);
    RealmLimits limits = RealmLimits.of(context.getRealm());
    KeyForm form = KeyForm.sent(input, limits);
    List<FormMessage> faults =
        form.faults(pages.scopes().keySet(), limits, Time.currentTimeMillis());
    if (!faults.isEmpty()) {
      failed(
          context,
          "Rejected fields: "
              + faults.stream().map(FormMessage::getField).collect(Collectors.joining(", ")));
      context.challenge(pages.form(form, faults));
      return;
    }
    AuthenticationSessionModel notes = context.getAuthenticationSession();
    try {
      NewApiKey created = make(context, form);
      notes.setAuthNote(MADE, created.key().id());
      context.challenge(pages.created(created));
    } catch (ApiKeyException e) {
      if (e.kind() == ApiKeyException.Kind.CONFLICT) {
        // The same form came twice at the same moment; the other request shows the key.
        notes.setAuthNote(MADE, notes.getAuthNote(ID));
        context.challenge(pages.shownAlready());
        return;
      }
      // Too many keys in a short time have an event of their own, once in a window.
      if (e.kind() != ApiKeyException.Kind.SLOW_DOWN) {
        failed(context, e.detail());
      }
      context.challenge(pages.form(form, e));
    }
  }

  private NewApiKey make(RequiredActionContext context, KeyForm form) {
    ProvenAddress.require(context.getRealm(), context.getUser());
    KeyOwner owner = new KeyOwner.User(context.getUser());
    ApiKeyProvider keys = session.getProvider(ApiKeyProvider.class);
    keys.ownerRate().newKey(context.getRealm(), owner, () -> context.getEvent().clone());
    NewApiKey created =
        keys.manager(context.getRealm())
            .create(owner, context.getAuthenticationSession().getAuthNote(ID), form.data());
    ApiKeyEvents.created(context.getEvent().clone(), created.key());
    return created;
  }

  @Override
  public void close() {}
}
