package dev.bulwark.it.move;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * A user of the old application, with what the user knows.
 *
 * @param kind what is special about the user
 * @param id in the old tables
 * @param email the login, which need not be an address; null for users who log in at a provider
 * @param name as the old application shows it; null for none
 * @param password null for none
 * @param provider {@code google} or {@code github}; null for none
 * @param providerId the provider's id of the account; null for none
 * @param totp Base32; null for no authenticator app
 * @param codes backup codes that are left
 * @param keys API keys that are good while the user is active
 */
record OldUser(
    String kind,
    int id,
    @Nullable String email,
    @Nullable String name,
    @Nullable String password,
    boolean active,
    String role,
    @Nullable String provider,
    @Nullable String providerId,
    @Nullable String totp,
    List<String> codes,
    List<String> keys) {

  /** Reads a line that the old application has printed. */
  static OldUser of(JsonNode known) {
    return new OldUser(
        known.get("kind").textValue(),
        known.get("id").intValue(),
        known.get("email").textValue(),
        known.get("name").textValue(),
        known.get("password").textValue(),
        known.get("active").booleanValue(),
        known.get("role").textValue(),
        known.get("provider").textValue(),
        known.get("provider_id").textValue(),
        known.get("totp").textValue(),
        texts(known.get("codes")),
        texts(known.get("keys")));
  }

  private static List<String> texts(JsonNode array) {
    List<String> texts = new ArrayList<>();
    array.forEach(element -> texts.add(element.textValue()));
    return List.copyOf(texts);
  }

  /** The user name at Keycloak. */
  String login() {
    String login = email == null ? provider + "-" + providerId : email;
    return login.toLowerCase(Locale.ROOT);
  }

  /** The name at Keycloak; empty for none. */
  String shownName() {
    return name == null ? "" : name.strip();
  }

  /** Whether the old application lets the user in with a password. */
  boolean hasPassword() {
    return active && password != null;
  }

  @Override
  public String toString() {
    return kind;
  }
}
