package dev.bulwark.apikey.action;

import dev.bulwark.apikey.key.ApiKeyData;
import dev.bulwark.apikey.key.Moments;
import dev.bulwark.apikey.manage.ApiKeyException;
import dev.bulwark.apikey.manage.KeyOwner;
import dev.bulwark.apikey.manage.NewApiKey;
import dev.bulwark.apikey.manage.RealmLimits;
import dev.bulwark.apikey.manage.ScopeCatalog;
import dev.bulwark.apikey.page.KeyCommand;
import dev.bulwark.apikey.page.ScopeTexts;
import jakarta.ws.rs.core.Response;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.time.LocalDate;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.keycloak.authentication.RequiredActionContext;
import org.keycloak.common.util.Time;
import org.keycloak.forms.login.LoginFormsProvider;
import org.keycloak.models.ClientScopeModel;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;
import org.keycloak.models.utils.FormMessage;
import org.keycloak.services.Urls;
import org.keycloak.theme.Theme;

/** The pages of the action: the form, the key, and the page after the key was shown. */
final class ApiKeyPages {

  private static final String FORM = "create-api-key.ftl";
  private static final String SHOWN = "api-key-created.ftl";

  /** A file that an account theme has if its console has a page for keys. */
  private static final String KEYS_PAGE_SCRIPT = "js/api-keys-early.js";

  private static final String KEYS_PAGE = "/account/content/api-keys";

  private final KeycloakSession session;
  private final RequiredActionContext context;
  private final RealmModel realm;
  private final RealmLimits limits;

  ApiKeyPages(KeycloakSession session, RequiredActionContext context) {
    this.session = session;
    this.context = context;
    this.realm = context.getRealm();
    this.limits = RealmLimits.of(realm);
  }

  /** The form before anything is chosen. */
  Response form() {
    return form(context.form(), KeyForm.blank(limits, Time.currentTimeMillis()));
  }

  /** The form as it was sent, with a message at each field that is wrong. */
  Response form(KeyForm sent, List<FormMessage> faults) {
    return form(context.form().setErrors(faults), sent);
  }

  /** The form as it was sent, with the reason why there is no key. */
  Response form(KeyForm sent, ApiKeyException error) {
    return form(sent, List.of(message(error)));
  }

  private Response form(LoginFormsProvider form, KeyForm shown) {
    long now = Time.currentTimeMillis();
    LocalDate last = shown.lastDay(limits, now);
    return form.setAttribute("apiKeyScopes", choices(shown.scopes()))
        .setAttribute("apiKeyName", shown.name())
        .setAttribute("apiKeyExpires", shown.day())
        .setAttribute("apiKeyNever", shown.never())
        .setAttribute("apiKeyFirstDay", shown.firstDay(now).toString())
        .setAttribute("apiKeyLastDay", last == null ? "" : last.toString())
        .setAttribute("apiKeyMaxDays", limits.maxLifeDays())
        .setAttribute("apiKeysPage", hasKeysPage() ? issuer() + KEYS_PAGE : "")
        .createForm(FORM);
  }

  /** Whether the account console of the realm has a page on which keys are changed. */
  private boolean hasKeysPage() {
    try (InputStream script =
        session.theme().getTheme(Theme.Type.ACCOUNT).getResourceAsStream(KEYS_PAGE_SCRIPT)) {
      return script != null;
    } catch (IOException e) {
      throw new UncheckedIOException("The account theme cannot be read", e);
    }
  }

  private String issuer() {
    return Urls.realmIssuer(session.getContext().getUri().getBaseUri(), realm.getName());
  }

  private FormMessage message(ApiKeyException error) {
    return switch (error.kind()) {
      case LIMIT_EXCEEDED ->
          limits.maxKeys() == 0
              ? new FormMessage(null, "apiKeyNoneAllowed")
              : new FormMessage(null, "apiKeyLimitReached", limits.maxKeys());
      case STORED_LIMIT_EXCEEDED -> new FormMessage(null, "apiKeyStoredLimitReached");
      case EMAIL_NOT_VERIFIED -> new FormMessage(null, "apiKeyAddressNotProven");
      case BUSY -> new FormMessage(null, "apiKeyBusy");
      case SLOW_DOWN -> new FormMessage(null, "apiKeyTooMany");
      case INVALID_SCOPE -> new FormMessage("scope", "apiKeyInvalidScope");
      default ->
          error.detail().startsWith("expiresAt")
              ? KeyForm.invalidExpiry(limits)
              : new FormMessage("name", "apiKeyInvalidName");
    };
  }

  /** The scopes that the user may get, in the user's words. */
  private List<ScopeChoice> choices(List<String> chosen) {
    ScopeTexts texts = texts();
    return scopes().values().stream()
        .map(
            scope ->
                new ScopeChoice(scope.getName(), texts.of(scope), chosen.contains(scope.getName())))
        .toList();
  }

  private ScopeTexts texts() {
    return new ScopeTexts(session, realm, session.getContext().resolveLocale(context.getUser()));
  }

  /** The scopes that the user may get, by name. */
  Map<String, ClientScopeModel> scopes() {
    return new ScopeCatalog(session, realm).of(new KeyOwner.User(context.getUser()));
  }

  /** The page with the key. */
  Response created(NewApiKey made) {
    ApiKeyData data = made.key().data();
    Long end = data.expiresAt();
    return context
        .form()
        .setAttribute("apiKey", made.plainText())
        .setAttribute("apiKeyName", data.name())
        .setAttribute("apiKeyCommand", KeyCommand.withKey(realm, issuer(), made.plainText()))
        .setAttribute(
            "apiKeyScope",
            choices(data.scopes()).stream()
                .filter(ScopeChoice::chosen)
                .map(ScopeChoice::text)
                .collect(Collectors.joining(", ")))
        .setAttribute("apiKeyEnd", end == null ? "" : Instant.ofEpochMilli(end).toString())
        .setAttribute("apiKeyExpires", end == null ? "" : Moments.showEnd(end))
        .createForm(SHOWN);
  }

  /** The page in the place of one that has shown a key before. */
  Response shownAlready() {
    return context.form().setAttribute("apiKeyShown", true).createForm(SHOWN);
  }
}
