package dev.bulwark.contract;

/** Values of the detail {@link ApiKeyDetails#ACTION} in the events of API keys. */
public final class ApiKeyActions {

  public static final String CREATED = "created";

  /** An administrator has imported the key from another application. */
  public static final String IMPORTED = "imported";

  public static final String UPDATED = "updated";

  /** A new key takes the key's place; the old one may be used until its overlap ends. */
  public static final String ROTATED = "rotated";

  public static final String REVOKED = "revoked";

  /** The server removed a rotated key whose overlap is over. */
  public static final String REPLACED = "replaced";

  /** The client that owns the key was disabled. */
  public static final String OWNER_DISABLED = "owner_disabled";

  /** The key expires soon; nothing changes with it. */
  public static final String EXPIRES_SOON = "expires_soon";

  /** The key was used from a network that is new for it; nothing changes with it. */
  public static final String NEW_NETWORK = "new_network";

  private ApiKeyActions() {}
}
