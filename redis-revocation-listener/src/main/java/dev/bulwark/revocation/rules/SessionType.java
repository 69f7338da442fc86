package dev.bulwark.revocation.rules;

import java.util.EnumSet;
import java.util.Set;

/**
 * The kind of session to which an access token belongs: the first two characters of its jti.
 * Source: {@code org.keycloak.protocol.oidc.encode.AccessTokenContext.SessionType}.
 */
public enum SessionType {
  /** Online user session and client session. */
  ONLINE("on"),
  /** Offline user session and client session. */
  OFFLINE("of"),
  /** No stored session: client credentials and the like. */
  TRANSIENT("tr"),
  /** Exchanged: needs the online user session only. */
  ONLINE_USER_SESSION("nt"),
  /** Exchanged: needs the offline user session only. */
  OFFLINE_USER_SESSION("ft"),
  /** A jti without the prefix: Keycloak tries every session. */
  UNKNOWN("un");

  /** Those that may need the user's right to offline access, as long as they live. */
  public static final Set<SessionType> OFFLINE_ACCESS_TYPES =
      Set.copyOf(EnumSet.of(OFFLINE, UNKNOWN));

  /** All of them. */
  public static final Set<SessionType> ALL = Set.copyOf(EnumSet.allOf(SessionType.class));

  private static final int PREFIX_LENGTH = 6;

  private final String code;

  SessionType(String code) {
    this.code = code;
  }

  /** Two characters, as in the jti. */
  public String code() {
    return code;
  }

  /** The type with that code; {@link #UNKNOWN} if there is none. */
  public static SessionType ofCode(String code) {
    for (SessionType type : values()) {
      if (type.code.equals(code)) {
        return type;
      }
    }
    return UNKNOWN;
  }

  /**
   * The type that a jti shows: session type, token type and grant, two characters each, then a
   * colon ({@code DefaultTokenContextEncoderProvider}).
   */
  public static SessionType ofJti(String jti) {
    return jti.indexOf(':') == PREFIX_LENGTH ? ofCode(jti.substring(0, 2)) : UNKNOWN;
  }

  /** Whether the client session counts as well as the user session. */
  public boolean needsClientSession() {
    return this == ONLINE || this == OFFLINE || this == UNKNOWN;
  }

  /** Whether an online session can carry the token. */
  public boolean mayUseOnlineSession() {
    return this == ONLINE || this == ONLINE_USER_SESSION || this == UNKNOWN;
  }

  /** Whether an offline session can carry the token. */
  public boolean mayUseOfflineSession() {
    return this == OFFLINE || this == OFFLINE_USER_SESSION || this == UNKNOWN;
  }
}
