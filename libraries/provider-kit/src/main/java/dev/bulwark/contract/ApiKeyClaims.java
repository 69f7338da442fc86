package dev.bulwark.contract;

/** Claims of a token that was exchanged for an API key. */
public final class ApiKeyClaims {

  /** Id of the key. */
  public static final String KEY_ID = "api_key_id";

  /** Client id of the client that owns the key; absent for a user's key. */
  public static final String CLIENT = "api_key_client";

  private ApiKeyClaims() {}
}
