package dev.bulwark.password.migrate.realm;

import com.fasterxml.jackson.databind.JsonNode;
import dev.bulwark.password.migrate.row.MigrationException;
import dev.bulwark.password.migrate.row.UserRecord;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import org.jspecify.annotations.Nullable;

/**
 * What the user profile of a realm asks of users: Keycloak stops who lacks something at the first
 * login with a form, and refuses the password grant.
 *
 * @param required names of the attributes that users must have
 * @param patterns what a name or address must match, by attribute
 * @param checksAddresses whether an address must have the form that Keycloak's validator asks for
 * @param asciiAddresses whether the local part of an address must be ASCII, because the realm sends
 *     mail and its server is not said to take anything else ({@code allowutf8})
 * @param confirmsInVain whether addresses must be confirmed, and the realm cannot send the mail
 */
public record ProfileRules(
    Set<String> required,
    Map<String, Pattern> patterns,
    boolean checksAddresses,
    boolean asciiAddresses,
    boolean confirmsInVain) {

  private static final String FIRST_NAME = "firstName";
  private static final String LAST_NAME = "lastName";
  private static final String EMAIL = "email";

  /** Keycloak's validator {@code person-name-prohibited-characters}. */
  private static final Pattern KEYCLOAKS_NAME =
      Pattern.compile("[^<>&\"\\v$%!#?§;*~/\\\\|^=\\[\\]{}()\\p{Cntrl}]+");

  private static final String NO_PLACEHOLDER = "(?s)(?!.*[$][{])";
  private static final Pattern SHIPPED_NAME = Pattern.compile(NO_PLACEHOLDER + "[^<>\\p{Cntrl}]*");
  private static final Pattern SHIPPED_EMAIL = Pattern.compile(NO_PLACEHOLDER + ".*");

  /** Those of the shipped realm {@code app}. */
  public static ProfileRules shipped() {
    return new ProfileRules(
        Set.of(),
        Map.of(FIRST_NAME, SHIPPED_NAME, LAST_NAME, SHIPPED_NAME, EMAIL, SHIPPED_EMAIL),
        true,
        false,
        false);
  }

  /** Those of a realm without a user profile of its own. */
  static ProfileRules keycloaks(boolean asciiAddresses, boolean confirmsInVain) {
    return new ProfileRules(
        Set.of(FIRST_NAME, LAST_NAME, EMAIL),
        Map.of(FIRST_NAME, KEYCLOAKS_NAME, LAST_NAME, KEYCLOAKS_NAME),
        true,
        asciiAddresses,
        confirmsInVain);
  }

  /**
   * Reads a user profile.
   *
   * @param profile Keycloak's JSON ({@code {"attributes": […]}})
   */
  public static ProfileRules of(JsonNode profile, boolean asciiAddresses, boolean confirmsInVain)
      throws MigrationException {
    Set<String> required = new HashSet<>();
    Map<String, Pattern> patterns = new HashMap<>();
    boolean checksAddresses = false;
    for (JsonNode attribute : profile.path("attributes")) {
      String name = attribute.path("name").asText();
      if (isRequired(attribute.path("required"))) {
        required.add(name);
      }
      JsonNode validations = attribute.path("validations");
      checksAddresses |= name.equals(EMAIL) && validations.has("email");
      if (validations.has("person-name-prohibited-characters")) {
        patterns.put(name, KEYCLOAKS_NAME);
      } else if (validations.path("pattern").path("pattern").isTextual()) {
        patterns.put(name, pattern(validations.path("pattern").path("pattern").textValue()));
      }
    }
    return new ProfileRules(required, patterns, checksAddresses, asciiAddresses, confirmsInVain);
  }

  private static boolean isRequired(JsonNode required) {
    if (!required.isObject()) {
      return false;
    }
    JsonNode roles = required.path("roles");
    if (roles.isEmpty()) {
      // Required always, or for certain scopes: then it depends on the application.
      return required.path("scopes").isEmpty();
    }
    for (JsonNode role : roles) {
      if (role.asText().equals("user")) {
        return true;
      }
    }
    return false;
  }

  private static Pattern pattern(String expression) throws MigrationException {
    try {
      return Pattern.compile(expression);
    } catch (PatternSyntaxException e) {
      throw new MigrationException("the realm's user profile has a pattern that is none");
    }
  }

  /** What the user is asked for at the first login; empty for nothing. */
  List<String> asks(UserRecord user) {
    List<String> asked = new ArrayList<>();
    askName(FIRST_NAME, user.name().first(), asked);
    askName(LAST_NAME, user.name().last(), asked);
    String email = user.email();
    if (email == null) {
      if (required.contains(EMAIL)) {
        asked.add("no e-mail address");
      }
    } else if ((checksAddresses && !AddressSyntax.isAccepted(email)) || isRejected(EMAIL, email)) {
      asked.add("invalid e-mail address");
    } else if (asciiAddresses && !UserTally.hasAsciiLocalPart(email)) {
      asked.add("non-ASCII e-mail address");
    }
    if (confirmsInVain && email != null && !user.emailVerified()) {
      asked.add("unconfirmed e-mail address, and the realm has no mail server");
    }
    return asked;
  }

  private void askName(String attribute, @Nullable String name, List<String> asked) {
    String shown = attribute.equals(FIRST_NAME) ? "first name" : "last name";
    if (name == null) {
      if (required.contains(attribute)) {
        asked.add("no " + shown);
      }
    } else if (isRejected(attribute, name)) {
      asked.add("rejected character in the " + shown);
    }
  }

  private boolean isRejected(String attribute, String value) {
    Pattern pattern = patterns.get(attribute);
    return pattern != null && !pattern.matcher(value).matches();
  }
}
