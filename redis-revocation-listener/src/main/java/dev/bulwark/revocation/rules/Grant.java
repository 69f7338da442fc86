package dev.bulwark.revocation.rules;

import org.jspecify.annotations.Nullable;

/**
 * The grant by which a token was issued, where it matters: the fifth and sixth character of its
 * jti. Source: the {@code GRANT_SHORTCUT}s of Keycloak's {@code OAuth2GrantTypeFactory}s.
 */
public enum Grant {
  /** A refresh token was redeemed: its sessions exist already. */
  REFRESH_TOKEN("rt"),
  /** An authorization code was redeemed: its online sessions exist already. */
  CODE("ac"),
  /** Any other grant, or a jti that does not tell. */
  OTHER("");

  private static final int START = 4;
  private static final int PREFIX_LENGTH = 6;

  private final String code;

  Grant(String code) {
    this.code = code;
  }

  /** The grant that a jti shows; null counts as a jti that does not tell. */
  public static Grant ofJti(@Nullable String jti) {
    if (jti == null || jti.indexOf(':') != PREFIX_LENGTH) {
      return OTHER;
    }
    String code = jti.substring(START, PREFIX_LENGTH);
    for (Grant grant : values()) {
      if (grant.code.equals(code)) {
        return grant;
      }
    }
    return OTHER;
  }
}
