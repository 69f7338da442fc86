package dev.bulwark.apikey.page;

import dev.bulwark.apikey.manage.RealmLimits;
import org.keycloak.models.ModelValidationException;
import org.keycloak.models.RealmModel;
import org.keycloak.models.RequiredActionConfigModel;

/** The command that shows the owner of a new key how to use it. */
public final class KeyCommand {

  /** Setting of the realm's required action {@value RealmLimits#ACTION}. */
  public static final String SETTING = "command";

  /** Stands for the key. The owner's page replaces it in the browser. */
  public static final String KEY = "$KEY";

  /** Stands for the address of the realm. */
  public static final String ISSUER = "$ISSUER";

  /** Exchanges the key for a token: the one way that every deployment has. */
  public static final String DEFAULT =
      "curl -H 'X-API-Key: $KEY' -d client_id=CLIENT_ID"
          + " -d grant_type=tag:bulwark.dev,2026:grant-type:api-key"
          + " $ISSUER/protocol/openid-connect/token";

  private static final int MAX_LENGTH = 1_000;

  private KeyCommand() {}

  /**
   * Returns the command of a realm, with {@value #KEY} in it.
   *
   * @param issuer address of the realm
   */
  static String of(RealmModel realm, String issuer) {
    RequiredActionConfigModel config = realm.getRequiredActionConfigByAlias(RealmLimits.ACTION);
    String command =
        config == null || config.getConfig() == null ? null : config.getConfig().get(SETTING);
    return (command == null || command.isBlank() ? DEFAULT : command.strip())
        .replace(ISSUER, issuer);
  }

  /**
   * Returns the command of a realm with a key in it, for a page that shows the key.
   *
   * @param issuer address of the realm
   */
  public static String withKey(RealmModel realm, String issuer, String key) {
    return of(realm, issuer).replace(KEY, key);
  }

  /**
   * Checks a setting before it is stored.
   *
   * @throws ModelValidationException when the command has no place for the key or is too long
   */
  public static void validate(String command) {
    if (!command.isBlank() && (!command.contains(KEY) || command.length() > MAX_LENGTH)) {
      throw new ModelValidationException(
          SETTING + " must contain " + KEY + " and have at most " + MAX_LENGTH + " characters");
    }
  }
}
