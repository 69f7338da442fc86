package dev.bulwark.realm.parts;

import java.util.Map;
import java.util.Set;

/**
 * The names that a realm can have of the bundle: ids of providers that a Keycloak without it does
 * not know. {@code PlainRealmIT} compares them with what the jar adds to a running server, so that
 * none is forgotten.
 */
public final class BundleNames {

  static final String REVOCATION = "redis-revocation";
  static final String EVENT_LOG = "bulwark-event-log";
  static final String MAILS = "bulwark-notifications";
  static final String API_KEYS = "create-api-key";
  static final String THEME = "bulwark";

  /** A step that takes the place of a password: without it a flow must not be left open. */
  static final String API_KEY_STEP = "api-key-direct-grant";

  /** The step of a flow of clients, and the way in which a client authenticates. */
  static final String API_KEY_CLIENT = "client-api-key";

  static final String ADMINISTRATORS = "conditional-administrator";

  static final Set<String> STEPS =
      Set.of(API_KEY_STEP, API_KEY_CLIENT, ADMINISTRATORS, "bulwark-address-proof");
  static final Set<String> ACTIONS = Set.of(API_KEYS, "invite-to-passkey");
  static final Set<String> POLICIES = Set.of("breachedPassword", "breachedPasswordAtLogin");
  static final Set<String> VALIDATORS = Set.of("bulwark-address");
  static final Set<String> MAPPERS = Set.of("bulwark-new-login");

  /** Two of them listen to all realms, named or not. */
  static final Set<String> LISTENERS =
      Set.of(
          REVOCATION,
          REVOCATION + "-events",
          EVENT_LOG,
          MAILS,
          "bulwark-webhook",
          "bulwark-known-logins");

  /** Beginnings of the attributes of realms. */
  static final Set<String> ATTRIBUTES =
      Set.of(
          "loginRateLimiter.",
          "backchannelLogout.",
          "client-certificates.",
          "globalTokenRevocation.");

  private BundleNames() {}

  /** All that are ids of providers, by the SPI of Keycloak. */
  public static Map<String, Set<String>> bySpi() {
    return Map.of(
        "authenticator", Set.of(API_KEY_STEP, ADMINISTRATORS, "bulwark-address-proof"),
        "client-authenticator", Set.of(API_KEY_CLIENT),
        "required-action", ACTIONS,
        "password-policy", POLICIES,
        "validator", VALIDATORS,
        "identity-provider-mapper", MAPPERS,
        "eventsListener", LISTENERS);
  }
}
