package dev.bulwark.apikey.page;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import dev.bulwark.apikey.ApiKeyConfig;
import dev.bulwark.apikey.key.limit.RateLimit;
import dev.bulwark.apikey.manage.KeyOwner;
import dev.bulwark.apikey.manage.RealmLimits;
import dev.bulwark.apikey.manage.ScopeCatalog;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;
import org.keycloak.models.UserModel;
import org.keycloak.services.Urls;

/**
 * Data that the owner's page needs before it offers to create a key.
 *
 * @param maxKeys most keys of one owner
 * @param maxLifeDays longest life of a key in days, 0 for any
 * @param maxOverlapSeconds longest overlap of a rotation
 * @param loginNeeded whether the owner has to sign in again before a key is created, rotated or
 *     widened
 * @param scopes what the owner may put on a key, in the owner's language
 * @param command how a key is used in this deployment; {@value KeyCommand#KEY} stands for the key
 * @param rateLimit of keys without one of their own; null for none
 * @param settable members of a key that the caller may set, of those that a realm may reserve for
 *     administrators
 */
@JsonInclude(JsonInclude.Include.ALWAYS)
@JsonPropertyOrder({
  "maxKeys",
  "maxLifeDays",
  "maxOverlapSeconds",
  "loginNeeded",
  "scopes",
  "command",
  "rateLimit",
  "settable"
})
public record KeySettings(
    int maxKeys,
    int maxLifeDays,
    int maxOverlapSeconds,
    boolean loginNeeded,
    List<Scope> scopes,
    String command,
    @Nullable RateLimit rateLimit,
    List<String> settable) {

  /**
   * A scope that a key may carry.
   *
   * @param name of the client scope
   * @param text for people
   */
  @JsonPropertyOrder({"name", "text"})
  public record Scope(String name, String text) {}

  /**
   * Reads the settings of a realm.
   *
   * @param user whose language counts
   * @param settable what the caller may set
   */
  public static KeySettings of(
      KeycloakSession session,
      RealmModel realm,
      ApiKeyConfig config,
      KeyOwner owner,
      UserModel user,
      boolean loginNeeded,
      List<String> settable) {
    RealmLimits limits = RealmLimits.of(realm);
    Locale locale = session.getContext().resolveLocale(user);
    ScopeTexts texts = new ScopeTexts(session, realm, locale);
    List<Scope> scopes =
        new ScopeCatalog(session, realm)
            .of(owner).values().stream()
                .map(scope -> new Scope(scope.getName(), texts.of(scope)))
                .toList();
    String issuer = Urls.realmIssuer(session.getContext().getUri().getBaseUri(), realm.getName());
    return new KeySettings(
        limits.maxKeys(),
        limits.maxLifeDays(),
        config.rotationMaxOverlapSeconds(),
        loginNeeded,
        scopes,
        KeyCommand.of(realm, issuer),
        limits.rateLimit(),
        settable);
  }
}
