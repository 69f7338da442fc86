package dev.bulwark.apikey.grant;

/**
 * Registers the same grant under a second name: a tag URI (RFC 4151), since {@code bulwark} is not
 * a registered URN namespace.
 */
public final class ApiKeyGrantAliasFactory extends ApiKeyGrantTypeFactory {

  /** The {@code grant_type}; clients send it: never change it. */
  public static final String ID = "tag:bulwark.dev,2026:grant-type:api-key";

  @Override
  public String getId() {
    return ID;
  }

  /** In no token, since they have the first name; Keycloak wants one for each grant. */
  @Override
  public String getShortcut() {
    return "bt";
  }
}
