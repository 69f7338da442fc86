package dev.bulwark.realm;

import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Finds <code>${NAME}</code> placeholders of the environment that an import left as they were.
 *
 * <p>Keycloak keeps a placeholder literally where the variable is not set ({@code
 * StringPropertyReplacer}), and the admin REST API never replaces one: the secret would then be a
 * text that everybody can read in the shipped file. Only names of environment variables count, so
 * Keycloak's own <code>${client_account}</code>, <code>${role_…}</code> and <code>${vault.…}</code>
 * are left alone.
 */
final class Placeholders {

  private static final Pattern UNRESOLVED =
      Pattern.compile("\\$\\{(?:env\\.)?([A-Z][A-Z0-9_]*)(?::[^}]*)?}");

  private Placeholders() {}

  /** The names of the unresolved variables in the value, sorted; empty for null. */
  static Set<String> in(@Nullable String value) {
    Set<String> names = new TreeSet<>();
    if (value != null) {
      Matcher matcher = UNRESOLVED.matcher(value);
      while (matcher.find()) {
        names.add(matcher.group(1));
      }
    }
    return names;
  }
}
