package dev.bulwark.apikey.action;

import dev.bulwark.apikey.key.Moments;
import dev.bulwark.apikey.service.ApiKeyEvents;
import dev.bulwark.apikey.service.ApiKeyException;
import dev.bulwark.apikey.service.ApiKeyProvider;
import dev.bulwark.apikey.service.KeyOwner;
import dev.bulwark.apikey.service.NewApiKey;
import dev.bulwark.apikey.service.RealmLimits;
import dev.bulwark.apikey.service.ScopeCatalog;
import jakarta.ws.rs.core.MultivaluedMap;
import jakarta.ws.rs.core.Response;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.keycloak.authentication.InitiatedActionSupport;
import org.keycloak.authentication.RequiredActionContext;
import org.keycloak.authentication.RequiredActionProvider;
import org.keycloak.events.Details;
import org.keycloak.events.Errors;
import org.keycloak.forms.login.LoginFormsProvider;
import org.keycloak.models.ClientScopeModel;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.utils.FormMessage;

/**
 * Asks for name, scopes and expiry, then shows the key once. The key is in that one page only: it
 * is kept neither in the session nor in a form, so going back or reloading shows it no more.
 */
final class CreateApiKeyAction implements RequiredActionProvider {

  private static final String FORM = "create-api-key.ftl";
  private static final String SHOWN = "api-key-created.ftl";

  /** Authentication note: id of the key that this action has made already. */
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
    context.getAuthenticationSession().removeAuthNote(MADE);
    context.challenge(form(context, null, null));
  }

  @Override
  public void processAction(RequiredActionContext context) {
    MultivaluedMap<String, String> input = context.getHttpRequest().getDecodedFormParameters();
    if (input.containsKey("done")) {
      context.getAuthenticationSession().removeAuthNote(MADE);
      context.success();
      return;
    }
    if (context.getAuthenticationSession().getAuthNote(MADE) != null) {
      // A reload of the page with the key would make another: it says where the key has gone.
      context.challenge(context.form().setAttribute("apiKeyShown", true).createForm(SHOWN));
      return;
    }
    try {
      NewApiKey made = create(context, input);
      context.getAuthenticationSession().setAuthNote(MADE, made.key().id());
      ApiKeyEvents.created(context.getEvent().clone(), made.key());
      context.challenge(shown(context, made));
    } catch (ApiKeyException e) {
      context
          .getEvent()
          .clone()
          .detail(Details.CREDENTIAL_TYPE, "api-key")
          .detail(Details.REASON, e.detail())
          .error(Errors.INVALID_INPUT);
      context.challenge(form(context, input, e));
    }
  }

  private NewApiKey create(RequiredActionContext context, MultivaluedMap<String, String> input) {
    List<String> scopes = input.getOrDefault("scope", List.of());
    return session
        .getProvider(ApiKeyProvider.class)
        .manager(context.getRealm())
        .create(
            new KeyOwner.User(context.getUser()),
            Optional.ofNullable(input.getFirst("name")).orElse(""),
            scopes,
            expiry(input.getFirst("expires")));
  }

  /** A date, of which the key is good until the end, in UTC. */
  private static @Nullable Long expiry(@Nullable String date) {
    if (date == null || date.isBlank()) {
      return null;
    }
    return Moments.parse(date)
        .map(start -> start + Duration.ofDays(1).toMillis())
        .orElseThrow(
            () ->
                new ApiKeyException(
                    ApiKeyException.Kind.INVALID_REQUEST, "expiresAt must be a date"));
  }

  private Response form(
      RequiredActionContext context,
      @Nullable MultivaluedMap<String, String> input,
      @Nullable ApiKeyException error) {
    RealmLimits limits = RealmLimits.of(context.getRealm());
    LoginFormsProvider form = context.form();
    form.setAttribute("apiKeyScopes", choices(context, input));
    form.setAttribute("apiKeyName", input == null ? "" : text(input.getFirst("name")));
    form.setAttribute("apiKeyExpires", input == null ? "" : text(input.getFirst("expires")));
    LocalDate today = LocalDate.now(ZoneOffset.UTC);
    form.setAttribute("apiKeyFirstDay", today.toString());
    form.setAttribute(
        "apiKeyLastDay",
        limits.maxLifeDays() == 0 ? "" : today.plusDays(limits.maxLifeDays() - 1L).toString());
    form.setAttribute("apiKeyMaxDays", limits.maxLifeDays());
    if (error != null) {
      form.addError(message(error, limits));
    }
    return form.createForm(FORM);
  }

  private static FormMessage message(ApiKeyException error, RealmLimits limits) {
    if (error.kind() == ApiKeyException.Kind.LIMIT_EXCEEDED) {
      return new FormMessage(null, "apiKeyLimitReached", limits.maxKeys());
    }
    if (error.kind() == ApiKeyException.Kind.INVALID_SCOPE) {
      return new FormMessage("scope", "apiKeyInvalidScope");
    }
    return error.detail().startsWith("expiresAt")
        ? new FormMessage("expires", "apiKeyInvalidExpiry")
        : new FormMessage("name", "apiKeyInvalidName");
  }

  /** The scopes that the user may get, those of the rejected form ticked. */
  private List<ScopeChoice> choices(
      RequiredActionContext context, @Nullable MultivaluedMap<String, String> input) {
    List<String> chosen = input == null ? List.of() : input.getOrDefault("scope", List.of());
    return new ScopeCatalog(session, context.getRealm())
        .of(new KeyOwner.User(context.getUser())).values().stream()
            .map(scope -> choice(scope, chosen))
            .toList();
  }

  private static ScopeChoice choice(ClientScopeModel scope, List<String> chosen) {
    String description = scope.getDescription();
    return new ScopeChoice(
        scope.getName(), description == null ? "" : description, chosen.contains(scope.getName()));
  }

  private static Response shown(RequiredActionContext context, NewApiKey made) {
    Long end = made.key().data().expiresAt();
    return context
        .form()
        .setAttribute("apiKey", made.plainText())
        .setAttribute("apiKeyName", made.key().data().name())
        .setAttribute("apiKeyScope", String.join(" ", made.key().data().scopes()))
        .setAttribute("apiKeyExpires", end == null ? "" : Instant.ofEpochMilli(end).toString())
        .createForm(SHOWN);
  }

  private static String text(@Nullable String value) {
    return value == null ? "" : value;
  }

  @Override
  public void close() {}
}
