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

  private ScopeRules() {}

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
