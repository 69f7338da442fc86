package dev.bulwark.apikey.key.limit;

import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** How the scopes of a key, of its owner and of a request combine: they only ever narrow. */
public final class ScopeRules {

  /** The most scopes a key carries. */
  public static final int MAX_SCOPES = 50;

  /**
   * Keycloak's own scopes carry identity or whole role lists, not permissions; a key has none of
   * them unless a realm lists it.
   */
  private static final Set<String> BUILT_IN =
      Set.of(
          "acr",
          "address",
          "basic",
          "email",
          "microprofile-jwt",
          "offline_access",
          "organization",
          "phone",
          "profile",
          "roles",
          "service_account",
          "web-origins");

  /** Never on a key: it would make tokens that outlive it. */
  private static final Set<String> FORBIDDEN = Set.of("offline_access", "openid");

  private ScopeRules() {}

  /**
   * Whether keys of a realm may have a client scope, whoever owns them.
   *
   * @param inTokenScope whether Keycloak names it in the claim {@code scope}
   * @param listed the scopes that the realm allows for keys; empty for every one of its own
   */
  public static boolean isForKeys(String name, boolean inTokenScope, Collection<String> listed) {
    if (FORBIDDEN.contains(name)) {
      return false;
    }
    return listed.isEmpty() ? inTokenScope && !BUILT_IN.contains(name) : listed.contains(name);
  }

  /** Scopes asked for that are not allowed, in the order asked for. */
  public static Set<String> excess(Collection<String> asked, Collection<String> allowed) {
    Set<String> excess = new LinkedHashSet<>(asked);
    excess.removeAll(allowed);
    return excess;
  }

  /**
   * The scopes of a token or verification: those of the key that the owner may still get and, when
   * a request names scopes, that it names.
   *
   * @param requested null when the request names none
   */
  public static Set<String> granted(
      List<String> ofKey, Collection<String> ofOwner, @Nullable Collection<String> requested) {
    Set<String> granted = new LinkedHashSet<>(ofKey);
    granted.retainAll(ofOwner);
    if (requested != null) {
      granted.retainAll(requested);
    }
    return granted;
  }

  /** Splits a {@code scope} parameter (RFC 6749, section 3.3); null or blank names none. */
  public static @Nullable Set<String> parse(@Nullable String parameter) {
    if (parameter == null || parameter.isBlank()) {
      return null;
    }
    return new LinkedHashSet<>(List.of(parameter.trim().split("\\s+")));
  }
}
