package dev.bulwark.contract;

/** Names and values in the events of API keys. */
public final class ApiKeyDetails {

  /** Value of the detail {@code credential_type}: the type of the credential that a key is. */
  public static final String CREDENTIAL_TYPE = "api-key";

  /** Id of a key whose tokens are dead from now on; {@code credential_id} goes with it. */
  public static final String DEAD_KEY = "api_key_id";

  /** Id of the key that an event is about. */
  public static final String KEY = "api_key";

  /**
   * Epoch milliseconds at which a rotated key's overlap ends; present where tokens that were
   * exchanged for it may live longer than that. They are dead from then on.
   */
  public static final String ENDS_AT = "api_key_ends_at";

  /**
   * Epoch seconds; in an admin event of a change after which the key may do less. Tokens that were
   * exchanged for it before that are dead. A change without it, of the name for example, ends none.
   */
  public static final String TOKENS_DEAD_FROM = "api_key_tokens_dead_from";

  /** What was done to the key, or what happened to it. */
  public static final String ACTION = "api_key_action";

  /** Client id of the client that owns the key; absent for a user's key. */
  public static final String CLIENT = "api_key_client";

  /** Epoch milliseconds at which the key expires. */
  public static final String EXPIRES_AT = "api_key_expires_at";

  /** Address of the sender of a key that may not be used from there. */
  public static final String ADDRESS = "api_key_address";

  /** User name of the administrator who did it; absent for what the owner did. */
  public static final String ADMINISTRATOR = "api_key_administrator";

  /** Name of the realm of that administrator. */
  public static final String ADMINISTRATOR_REALM = "api_key_administrator_realm";

  /**
   * {@code true} at the first key of an owner in an import: of many imported keys, this event alone
   * is worth telling.
   */
  public static final String FIRST_IMPORTED = "api_key_first_imported";

  private ApiKeyDetails() {}
}
