package dev.bulwark.apikey.action;

import dev.bulwark.apikey.key.Moments;
import dev.bulwark.apikey.manage.ApiKeyException;
import dev.bulwark.apikey.manage.ApiKeyManager;
import dev.bulwark.apikey.manage.KeyOwner;
import dev.bulwark.apikey.manage.NewApiKey;
import dev.bulwark.apikey.manage.RealmLimits;
import dev.bulwark.apikey.manage.ScopeCatalog;
import dev.bulwark.apikey.provider.ApiKeyProvider;
import jakarta.ws.rs.core.MultivaluedMap;
import jakarta.ws.rs.core.Response;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.keycloak.authentication.RequiredActionContext;
import org.keycloak.common.util.Time;
import org.keycloak.forms.login.LoginFormsProvider;
import org.keycloak.models.ClientScopeModel;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.utils.FormMessage;

/** The pages of the action: the form, the key, and where the key has gone. */
final class ApiKeyPages {

  private static final String FORM = "create-api-key.ftl";
  private static final String SHOWN = "api-key-created.ftl";

  /** More keys than a page can be used with; the others are changed by REST. */
  private static final int MAX_LISTED = 100;

  /** How long a replaced key may stay good: not at all, an hour, a day, a week. */
  private static final List<Integer> OVERLAPS = List.of(0, 3_600, 86_400, 604_800);

  private final KeycloakSession session;
  private final RequiredActionContext context;
  private final RealmLimits limits;

  ApiKeyPages(KeycloakSession session, RequiredActionContext context) {
    this.session = session;
    this.context = context;
    this.limits = RealmLimits.of(context.getRealm());
  }

  /** The empty form. */
  Response form() {
    return form(context.form(), null);
  }

  /**
   * The form as it was sent.
   *
   * @param error what was wrong with it
   */
  Response form(MultivaluedMap<String, String> input, ApiKeyException error) {
    LoginFormsProvider form = context.form();
    form.addError(message(error));
    return form(form, input);
  }

  /** The form after another key was changed. */
  Response changed() {
    return form(context.form().setSuccess("apiKeyChanged"), null);
  }

  /** The form after another key could not be changed. */
  Response notChanged(ApiKeyException error) {
    return form(
        switch (error.kind()) {
          case NOT_FOUND -> context.form().setError("apiKeyGone");
          case CONFLICT -> context.form().setError("apiKeyReplacedAlready");
          case BUSY -> context.form().setError("apiKeyBusy");
          case SLOW_DOWN -> context.form().setError("apiKeyTooMany");
          case EMAIL_NOT_VERIFIED -> context.form().setError("apiKeyAddressNotProven");
          default ->
              error.detail().startsWith("name")
                  ? context.form().setError("apiKeyInvalidName")
                  : context.form().setError("apiKeyNotChanged");
        },
        null);
  }

  private Response form(LoginFormsProvider form, @Nullable MultivaluedMap<String, String> input) {
    form.setAttribute("apiKeyScopes", choices(input));
    form.setAttribute("apiKeyName", input == null ? "" : text(input.getFirst("name")));
    form.setAttribute("apiKeyExpires", input == null ? "" : text(input.getFirst("expires")));
    LocalDate today =
        LocalDate.ofInstant(Instant.ofEpochMilli(Time.currentTimeMillis()), ZoneOffset.UTC);
    form.setAttribute("apiKeyFirstDay", today.toString());
    form.setAttribute(
        "apiKeyLastDay",
        limits.maxLifeDays() == 0 ? "" : today.plusDays(limits.maxLifeDays() - 1L).toString());
    form.setAttribute("apiKeyMaxDays", limits.maxLifeDays());
    form.setAttribute("apiKeys", keys());
    form.setAttribute("apiKeyOverlaps", overlaps());
    return form.createForm(FORM);
  }

  private List<KeyChoice> keys() {
    long now = Time.currentTimeMillis();
    return session
        .getProvider(ApiKeyProvider.class)
        .manager(context.getRealm())
        .list(new KeyOwner.User(context.getUser()))
        .stream()
        .map(ApiKeyManager.Listed::key)
        .filter(key -> KeyChoice.isChangeable(key, now))
        .limit(MAX_LISTED)
        .map(key -> KeyChoice.of(key, now))
        .toList();
  }

  /** In seconds, as texts: the template language would put separators into numbers. */
  private List<String> overlaps() {
    int longest = session.getProvider(ApiKeyProvider.class).config().rotationMaxOverlapSeconds();
    return OVERLAPS.stream().filter(seconds -> seconds <= longest).map(String::valueOf).toList();
  }

  private FormMessage message(ApiKeyException error) {
    if (error.kind() == ApiKeyException.Kind.LIMIT_EXCEEDED) {
      return new FormMessage(null, "apiKeyLimitReached", limits.maxKeys());
    }
    if (error.kind() == ApiKeyException.Kind.STORED_LIMIT_EXCEEDED) {
      return new FormMessage(null, "apiKeyStoredLimitReached");
    }
    if (error.kind() == ApiKeyException.Kind.EMAIL_NOT_VERIFIED) {
      return new FormMessage(null, "apiKeyAddressNotProven");
    }
    if (error.kind() == ApiKeyException.Kind.BUSY) {
      return new FormMessage(null, "apiKeyBusy");
    }
    if (error.kind() == ApiKeyException.Kind.SLOW_DOWN) {
      return new FormMessage(null, "apiKeyTooMany");
    }
    if (error.kind() == ApiKeyException.Kind.INVALID_SCOPE) {
      return new FormMessage("scope", "apiKeyInvalidScope");
    }
    if (!error.detail().startsWith("expiresAt")) {
      return new FormMessage("name", "apiKeyInvalidName");
    }
    return limits.maxLifeDays() == 0
        ? new FormMessage("expires", "apiKeyInvalidExpiry")
        : new FormMessage("expires", "apiKeyInvalidExpiryMax", limits.maxLifeDays());
  }

  /** The scopes that the user may get, those of the rejected form ticked. */
  private List<ScopeChoice> choices(@Nullable MultivaluedMap<String, String> input) {
    List<String> chosen = input == null ? List.of() : input.getOrDefault("scope", List.of());
    return new ScopeCatalog(session, context.getRealm())
        .of(new KeyOwner.User(context.getUser())).values().stream()
            .map(scope -> choice(scope, chosen))
            .toList();
  }

  private static ScopeChoice choice(ClientScopeModel scope, List<String> chosen) {
    return new ScopeChoice(
        scope.getName(),
        text(scope.getAttribute(ClientScopeModel.CONSENT_SCREEN_TEXT)),
        text(scope.getDescription()),
        chosen.contains(scope.getName()));
  }

  /** The page with the key. */
  Response created(NewApiKey made) {
    Long end = made.key().data().expiresAt();
    return context
        .form()
        .setAttribute("apiKey", made.plainText())
        .setAttribute("apiKeyName", made.key().data().name())
        .setAttribute("apiKeyScope", String.join(", ", made.key().data().scopes()))
        .setAttribute("apiKeyExpires", end == null ? "" : Moments.show(end))
        .createForm(SHOWN);
  }

  /** The page in the place of one that has shown a key before. */
  Response shownAlready() {
    return context.form().setAttribute("apiKeyShown", true).createForm(SHOWN);
  }

  private static String text(@Nullable String value) {
    return value == null ? "" : value;
  }
}
