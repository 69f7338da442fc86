package dev.bulwark.it.ratelimit;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.bulwark.it.support.Repository;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * L1: whatever a running server could check a secret with is limited, or is listed here with the
 * reason why it is not. What a new version of Keycloak brings fails this test until it is decided.
 */
class SecretsInventoryIT {

  private static final LimitedServer SERVER = LimitedServer.shared();

  /** Order of the factories that take the place of Keycloak's own. */
  private static final int ORDER = 10;

  /** A quoted id; what has a slash is a path of an endpoint. */
  private static final Pattern ID = Pattern.compile("`([^`/]+)`");

  private static final String PUBLIC_KEY = "a signature, by a key that cannot be guessed";
  private static final String SIGNED = "tests a token or cookie that Keycloak has signed";
  private static final String API_KEY = "an API key of 256 bits; wrong ones have a limit of theirs";
  private static final String NO_SECRET = "tests nothing that the user knows";

  /**
   * The SPIs by which something is tested: for each what is limited, with the way or the test that
   * tries it, and why the rest is not.
   */
  private enum Spi {
    AUTHENTICATOR(
        "authenticator",
        Map.ofEntries(
            Map.entry("auth-conditional-otp-form", LimitedPath.CONDITIONAL_CODE_FORM),
            Map.entry("auth-otp-form", LimitedPath.CODE_FORM),
            Map.entry("auth-password-form", LimitedPath.PASSWORD_AFTER_USERNAME),
            Map.entry("auth-recovery-authn-code-form", LimitedPath.RECOVERY_CODE_FORM),
            Map.entry("auth-username-form", LimitedPath.USERNAME_FORM),
            Map.entry("auth-username-password-form", LimitedPath.PASSWORD_FORM),
            Map.entry("direct-grant-validate-otp", LimitedPath.PASSWORD_GRANT_CODE),
            Map.entry("direct-grant-validate-password", LimitedPath.PASSWORD_GRANT),
            Map.entry("direct-grant-validate-username", LimitedPath.PASSWORD_GRANT_UNKNOWN_USER),
            Map.entry("docker-http-basic-authenticator", LimitedPath.DOCKER),
            Map.entry("http-basic-authenticator", LimitedPath.HTTP_BASIC),
            Map.entry("idp-username-password-form", LimitedPath.FIRST_BROKER_LOGIN),
            Map.entry("organization", LimitedPath.ORGANIZATION_FORM),
            Map.entry("reset-credential-email", LimitedPath.RESET_CREDENTIALS_REFRESHED),
            Map.entry("reset-credentials-choose-user", LimitedPath.RESET_CREDENTIALS)),
        Map.ofEntries(
            Map.entry("allow-access-authenticator", NO_SECRET),
            Map.entry("deny-access-authenticator", NO_SECRET),
            Map.entry("auth-cookie", SIGNED),
            Map.entry("auth-spnego", "a Kerberos ticket, which the KDC gives and limits"),
            Map.entry("auth-x509-client-username-form", PUBLIC_KEY),
            Map.entry("direct-grant-auth-x509-username", PUBLIC_KEY),
            Map.entry("webauthn-authenticator", PUBLIC_KEY),
            Map.entry("webauthn-authenticator-passwordless", PUBLIC_KEY),
            Map.entry("api-key-direct-grant", API_KEY),
            Map.entry("identity-provider-redirector", "the identity provider tests"),
            Map.entry("idp-auto-link", NO_SECRET),
            Map.entry("idp-confirm-link", NO_SECRET),
            Map.entry("idp-confirm-override-link", NO_SECRET),
            Map.entry("idp-create-user-if-unique", NO_SECRET),
            Map.entry("idp-detect-existing-broker-user", NO_SECRET),
            Map.entry("idp-email-verification", SIGNED),
            Map.entry("idp-review-profile", NO_SECRET),
            Map.entry("idp-add-organization-member", NO_SECRET),
            Map.entry("bulwark-address-proof", NO_SECRET),
            Map.entry("reset-otp", NO_SECRET),
            Map.entry("reset-password", NO_SECRET),
            Map.entry("user-session-limits", NO_SECRET),
            Map.entry("conditional-administrator", NO_SECRET),
            Map.entry("conditional-client-scope", NO_SECRET),
            Map.entry("conditional-credential", NO_SECRET),
            Map.entry("conditional-level-of-authentication", NO_SECRET),
            Map.entry("conditional-sub-flow-executed", NO_SECRET),
            Map.entry("conditional-user-attribute", NO_SECRET),
            Map.entry("conditional-user-configured", NO_SECRET),
            Map.entry("conditional-user-role", NO_SECRET))),
    FORM_ACTION(
        "form-action",
        Map.of("registration-user-creation", LimitedPath.REGISTRATION),
        Map.of(
            "registration-password-action", NO_SECRET,
            "registration-recaptcha-action", NO_SECRET,
            "registration-recaptcha-enterprise", NO_SECRET,
            "registration-terms-and-conditions", NO_SECRET)),
    DEVICE("oauth2DeviceUserCode", Map.of("default", LimitedPath.DEVICE_USER_CODE), Map.of()),
    CIBA(
        "ciba-login-user-resolver",
        Map.of("default-ciba-login-user-resolver", "LimitedPathsIT"),
        Map.of()),
    GRANT(
        "oauth2-grant-type",
        Map.of(),
        Map.ofEntries(
            Map.entry("authorization_code", "a random code of more than 122 bits, once"),
            Map.entry("client_credentials", "only the client authenticates"),
            Map.entry("password", "by the authenticators of its flow, which are limited"),
            Map.entry("refresh_token", SIGNED),
            Map.entry("urn:bulwark:params:oauth:grant-type:api-key", API_KEY),
            Map.entry("tag:bulwark.dev,2026:grant-type:api-key", API_KEY),
            Map.entry(
                "urn:ietf:params:oauth:grant-type:device_code", "a random code of 256 bits, once"),
            Map.entry("urn:ietf:params:oauth:grant-type:jwt-bearer", PUBLIC_KEY),
            Map.entry("urn:ietf:params:oauth:grant-type:token-exchange", SIGNED),
            Map.entry("urn:ietf:params:oauth:grant-type:uma-ticket", SIGNED),
            Map.entry("urn:openid:params:grant-type:ciba", SIGNED))),
    CLIENT_AUTHENTICATOR(
        "client-authenticator",
        Map.of(
            "client-secret", SecretPath.TOKEN_BY_BASIC,
            "client-secret-jwt", SecretPath.TOKEN_BY_SIGNED_ASSERTION),
        Map.of(
            "client-api-key", API_KEY,
            "client-jwt", PUBLIC_KEY,
            "client-x509", PUBLIC_KEY,
            "federated-jwt", PUBLIC_KEY)),
    REQUIRED_ACTION(
        "required-action",
        Map.of("VERIFY_EMAIL", "UnprovenAddressIT"),
        Map.ofEntries(
            Map.entry("CONFIGURE_RECOVERY_AUTHN_CODES", NO_SECRET),
            Map.entry("CONFIGURE_TOTP", "a code of the secret that its page has just shown"),
            Map.entry("TERMS_AND_CONDITIONS", NO_SECRET),
            Map.entry("UPDATE_EMAIL", SIGNED),
            Map.entry("UPDATE_PASSWORD", "asks for no old password: the user has just logged in"),
            Map.entry("UPDATE_PROFILE", NO_SECRET),
            Map.entry("VERIFY_PROFILE", NO_SECRET),
            Map.entry("create-api-key", NO_SECRET),
            Map.entry("delete_account", NO_SECRET),
            Map.entry("delete_credential", NO_SECRET),
            Map.entry("idp_link", "the identity provider tests"),
            Map.entry("invite-to-passkey", NO_SECRET),
            Map.entry("update_user_locale", NO_SECRET),
            Map.entry("webauthn-register", PUBLIC_KEY),
            Map.entry("webauthn-register-passwordless", PUBLIC_KEY))),
    REALM_RESOURCE(
        "realm-restapi-extension",
        Map.of(),
        Map.of(
            "api-keys",
            API_KEY,
            "api-keys-admin",
            "a page without data; what it shows comes from the Admin REST API",
            "device",
            "by the SPI oauth2DeviceUserCode, which is limited",
            "global-token-revocation",
            "takes signed tokens, no secret that can be guessed; rejected callers are limited",
            "overview-admin",
            "a page without data; what it shows comes from the Admin REST API",
            "token-status",
            "public: which of unnamed tokens are revoked; takes no secret"));

    private final String id;
    private final Map<String, Object> limited;
    private final Map<String, String> reasons;

    Spi(String id, Map<String, Object> limited, Map<String, String> reasons) {
      this.id = id;
      this.limited = limited;
      this.reasons = reasons;
    }
  }

  @ParameterizedTest
  @EnumSource
  void isLimitedOrHasAReason(Spi spi) {
    Map<String, Integer> orders = orders(spi.id);
    Set<String> decided = new TreeSet<>(spi.limited.keySet());
    decided.addAll(spi.reasons.keySet());
    assertThat(new TreeSet<>(orders.keySet())).as(spi.id).isEqualTo(decided);
    assertThat(spi.limited.keySet())
        .allSatisfy(id -> assertThat(orders.get(id)).as(id).isEqualTo(ORDER));
    assertThat(spi.reasons.keySet())
        .allSatisfy(id -> assertThat(orders.get(id)).as(id).isNotEqualTo(ORDER));
  }

  /** Where no enumeration of ways has it, a test of its own does. */
  @Test
  void aTestThatIsNamedExists() throws IOException {
    for (Spi spi : Spi.values()) {
      for (Object test : spi.limited.values()) {
        if (test instanceof String name) {
          assertThat(Repository.files("testing/integration-tests/.*/" + name + "\\.java"))
              .hasSize(1);
        }
      }
    }
  }

  /** The provider of an SPI that has one alone is called {@code default}. */
  @Test
  void theReadmeNamesWhatIsLimited() {
    Set<String> limited = new TreeSet<>();
    for (Spi spi : Spi.values()) {
      spi.limited.keySet().forEach(id -> limited.add(id.equals("default") ? spi.id : id));
    }
    Set<String> named = new TreeSet<>();
    Repository.text("features/login-rate-limiter/README.md")
        .lines()
        .dropWhile(line -> !line.equals("## What is limited"))
        .skip(1)
        .takeWhile(line -> !line.startsWith("#"))
        .filter(line -> line.startsWith("| "))
        .map(line -> line.split(" \\| ")[0])
        .forEach(way -> ID.matcher(way).results().forEach(match -> named.add(match.group(1))));
    assertThat(named).isEqualTo(limited);
  }

  @Test
  void theLimiterIsThere() {
    assertThat(orders("login-rate-limiter")).containsOnlyKeys("default");
  }

  /** Ids of an SPI's providers with the order of their factories. */
  private static Map<String, Integer> orders(String spi) {
    JsonNode providers =
        SERVER.admin().get("/serverinfo").expect(200).json().get("providers").get(spi);
    Map<String, Integer> orders = new HashMap<>();
    providers
        .get("providers")
        .properties()
        .forEach(entry -> orders.put(entry.getKey(), entry.getValue().path("order").asInt()));
    return orders;
  }
}
