package dev.bulwark.checker;

import org.jspecify.annotations.Nullable;

/**
 * Which ids become part of a key. Keycloak's are like {@code onrtac:0f7e…}; the rule leaves room
 * for others, and none for braces (which choose a cluster's slot), white space or control
 * characters.
 */
final class JtiRule {

  static final int MAX_LENGTH = 255;

  private static final boolean[] ALLOWED = new boolean[128];

  static {
    String allowed = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789" + "-._~:+/=@";
    allowed.chars().forEach(c -> ALLOWED[c] = true);
  }

  private JtiRule() {}

  static boolean allows(@Nullable String jti) {
    if (jti == null || jti.isEmpty() || jti.length() > MAX_LENGTH) {
      return false;
    }
    for (int i = 0; i < jti.length(); i++) {
      char c = jti.charAt(i);
      if (c >= ALLOWED.length || !ALLOWED[c]) {
        return false;
      }
    }
    return true;
  }
}
