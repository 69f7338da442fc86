package dev.bulwark.contract;

import java.util.List;

/** Limits of what is stored of an API key, and which members of it an export has to carry. */
public final class ApiKeyLimits {

  /** Most characters of a key's name. */
  public static final int MAX_NAME = 100;

  /**
   * Members of a stored key that its owner chooses, beside {@code name}, {@code scopes} and {@code
   * expiresAt}. An export that lost one would bring back a key that may do more.
   */
  public static final List<String> EXPORTED = List.of("rateLimit", "allowedNetworks", "metadata");

  private ApiKeyLimits() {}
}
