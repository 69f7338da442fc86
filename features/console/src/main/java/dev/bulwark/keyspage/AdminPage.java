package dev.bulwark.keyspage;

import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.keycloak.headers.SecurityHeadersProvider;
import org.keycloak.models.BrowserSecurityHeaders;
import org.keycloak.models.Constants;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;
import org.keycloak.services.Urls;
import org.keycloak.theme.Theme;
import org.keycloak.urls.UrlType;
import org.keycloak.util.JsonSerialization;

/**
 * A page for administrators of a realm. The page contains no data: it loads them from the Admin
 * REST API, with a token of the admin console's session.
 */
final class AdminPage {

  private static final String THEME = "bulwark";

  /** Allows scripts, styles and requests of this server only, and no frame around the page. */
  private static final String POLICY =
      "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:;"
          + " font-src 'self'; connect-src 'self'%1$s;%2$s base-uri 'none'; form-action 'none';"
          + " frame-ancestors 'none'";

  private final KeycloakSession session;
  private final String file;
  private final RealmModel loginRealm;

  /**
   * A page.
   *
   * @param file name of its HTML in the jar
   */
  AdminPage(KeycloakSession session, String file) {
    this.session = session;
    this.file = file;
    this.loginRealm = session.getContext().getRealm();
  }

  /**
   * Returns the page.
   *
   * @param realm the realm that is shown; null for the realm of the address, in which the
   *     administrator signs in
   */
  Response response(@Nullable String realm) {
    Locale locale = session.getContext().resolveLocale(null);
    String html =
        read(file)
            .replace("{{language}}", locale.toLanguageTag())
            .replace("{{resources}}", resources())
            .replace("{{styles}}", styles())
            .replace("{{environment}}", environment(locale, realm));
    session.getProvider(SecurityHeadersProvider.class).options().skipHeaders();
    Response.ResponseBuilder answer =
        Response.ok(html)
            .type(MediaType.TEXT_HTML_TYPE.withCharset(StandardCharsets.UTF_8.name()))
            .header(HttpHeaders.CACHE_CONTROL, "no-cache");
    headers().forEach(answer::header);
    return answer.build();
  }

  /** Returns the realm's security headers with a stricter policy. */
  private Map<String, String> headers() {
    Map<String, String> headers = new LinkedHashMap<>();
    for (BrowserSecurityHeaders header : BrowserSecurityHeaders.values()) {
      String value =
          loginRealm
              .getBrowserSecurityHeaders()
              .getOrDefault(header.getKey(), header.getDefaultValue());
      if (value != null && !value.isEmpty()) {
        headers.put(header.getHeaderName(), value);
      }
    }
    headers.put(BrowserSecurityHeaders.CONTENT_SECURITY_POLICY.getHeaderName(), policy());
    headers.put(BrowserSecurityHeaders.X_FRAME_OPTIONS.getHeaderName(), "DENY");
    return headers;
  }

  /**
   * Where the admin console has a host of its own, the page gets its token from the host of the
   * login: by a frame that leads from there to the console, and by a request.
   */
  private String policy() {
    String login = origin(session.getContext().getUri(UrlType.FRONTEND).getBaseUri());
    String admin = origin(session.getContext().getUri(UrlType.ADMIN).getBaseUri());
    return login.equals(admin)
        ? POLICY.formatted("", "")
        : POLICY.formatted(" " + login, " frame-src 'self' " + login + ";");
  }

  private static String origin(URI uri) {
    return uri.getScheme() + "://" + uri.getAuthority();
  }

  /** The theme's own style sheets, whose addresses change with their content. */
  private String styles() {
    try {
      String names =
          session
              .theme()
              .getTheme(THEME, Theme.Type.ACCOUNT)
              .getProperties()
              .getProperty("styles", "");
      return Arrays.stream(names.trim().split("\\s+"))
          .filter(name -> !name.isEmpty())
          .map(name -> "<link rel=\"stylesheet\" href=\"" + resources() + "/" + name + "\">")
          .collect(Collectors.joining("\n    "));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * The path has Keycloak's version, so browsers load its files anew after an update of Keycloak.
   * For an update of the bundle, the names of scripts and styles change with their content.
   */
  private String resources() {
    URI base = session.getContext().getUri(UrlType.FRONTEND).getBaseUri();
    return Urls.themeRoot(base).getPath() + "/account/" + THEME;
  }

  private String environment(Locale locale, @Nullable String realm) {
    URI server = session.getContext().getUri(UrlType.FRONTEND).getBaseUri();
    URI admin = session.getContext().getUri(UrlType.ADMIN).getBaseUri();
    Map<String, Object> environment = new LinkedHashMap<>();
    environment.put("serverBaseUrl", withoutSlash(server));
    environment.put("adminBaseUrl", withoutSlash(admin));
    environment.put("baseUrl", Urls.adminConsoleRoot(admin, loginRealm.getName()).toString());
    environment.put("realm", loginRealm.getName());
    environment.put("target", realm == null || realm.isBlank() ? loginRealm.getName() : realm);
    environment.put("clientId", Constants.ADMIN_CONSOLE_CLIENT_ID);
    environment.put("locale", locale.toLanguageTag());
    environment.put("darkMode", loginRealm.getAttribute("darkMode", true));
    environment.put("texts", texts(locale));
    try {
      return JsonSerialization.writeValueAsString(environment).replace("<", "\\u003c");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The texts of the page with those that the realm has changed, English where one is missing. */
  private Map<String, String> texts(Locale locale) {
    Map<String, String> texts = new TreeMap<>();
    try {
      Theme theme = session.theme().getTheme(THEME, Theme.Type.ACCOUNT);
      for (Locale language : new Locale[] {Locale.ENGLISH, locale}) {
        Properties messages = theme.getEnhancedMessages(loginRealm, language);
        for (String key : messages.stringPropertyNames()) {
          if (key.startsWith("bulwark") || key.equals("cancel") || key.equals("close")) {
            texts.put(key, messages.getProperty(key));
          }
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return texts;
  }

  private static String withoutSlash(URI uri) {
    return uri.toString().replaceFirst("/+$", "");
  }

  /** Returns the text of a file of this package. */
  static String read(String name) {
    try (InputStream in = AdminPage.class.getResourceAsStream(name)) {
      if (in == null) {
        throw new IllegalStateException(name + " is not in the jar");
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
