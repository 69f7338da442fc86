package dev.bulwark.app.security.login;

import dev.bulwark.app.settings.AppSettings;
import dev.bulwark.app.settings.KeycloakSettings;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.web.header.writers.ReferrerPolicyHeaderWriter.ReferrerPolicy;
import org.springframework.security.web.util.matcher.AnyRequestMatcher;

/**
 * What a browser may do with an answer, beside Spring Security's own headers (no sniffing, no
 * frames, no caching).
 */
final class SecurityHeaders {

  private static final long YEAR_SECONDS = 31_536_000;

  private SecurityHeaders() {}

  /** Pages without a script. The logout form is answered with a redirect to Keycloak. */
  static String pages(KeycloakSettings keycloak) {
    return "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none';"
        + " frame-ancestors 'none'; form-action 'self' "
        + keycloak.origin();
  }

  /** The description of the API: no script and no form. */
  static String documentation() {
    return "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none';"
        + " frame-ancestors 'none'; form-action 'none'";
  }

  static void apply(HttpSecurity http, AppSettings app, String contentSecurityPolicy) {
    http.headers(
        headers -> {
          headers.contentSecurityPolicy(policy -> policy.policyDirectives(contentSecurityPolicy));
          headers.referrerPolicy(policy -> policy.policy(ReferrerPolicy.SAME_ORIGIN));
          headers.permissionsPolicyHeader(
              policy -> policy.policy("camera=(), geolocation=(), microphone=()"));
          if (app.isSecure()) {
            // Where a proxy in front ends TLS, the request itself does not look secure.
            headers.httpStrictTransportSecurity(
                hsts ->
                    hsts.requestMatcher(AnyRequestMatcher.INSTANCE)
                        .maxAgeInSeconds(YEAR_SECONDS)
                        .includeSubDomains(true));
          }
        });
  }
}
