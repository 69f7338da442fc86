package dev.bulwark.contract;

/** Limits of what is stored of an API key. */
public final class ApiKeyLimits {

  /** Most characters of a key's name. */
  public static final int MAX_NAME = 100;

  private ApiKeyLimits() {}
}
