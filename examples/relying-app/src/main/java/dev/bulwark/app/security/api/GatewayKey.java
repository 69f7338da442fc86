package dev.bulwark.app.security.api;

import jakarta.servlet.http.HttpServletRequest;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.security.authentication.AbstractAuthenticationToken;
import org.springframework.security.core.authority.SimpleGrantedAuthority;
import org.springframework.web.util.UriUtils;

/** An API key that Keycloak has verified, for a gateway or for this application. */
final class GatewayKey extends AbstractAuthenticationToken {

  private static final long serialVersionUID = 1L;

  private final transient Caller caller;

  /** Headers by their names. */
  @FunctionalInterface
  interface Headers {
    /** Returns the first value; null if there is none. */
    @Nullable String get(String name);
  }

  private GatewayKey(Caller caller, List<SimpleGrantedAuthority> scopes) {
    super(scopes);
    this.caller = caller;
    setAuthenticated(true);
  }

  /** Whether a gateway names a key. Who the sender is has still to be seen. */
  static boolean isIn(HttpServletRequest request) {
    return !header(request::getHeader, "Key-Id").isEmpty();
  }

  /**
   * Returns what the headers of a gateway's request say.
   *
   * @throws IllegalArgumentException if they name no owner
   */
  static GatewayKey of(HttpServletRequest request) {
    return of(request::getHeader);
  }

  /**
   * Returns what headers of these names say.
   *
   * @throws IllegalArgumentException if they name no owner
   */
  static GatewayKey of(Headers headers) {
    String subject = header(headers, "Subject");
    String client = header(headers, "Client");
    if (subject.isEmpty() && client.isEmpty()) {
      throw new IllegalArgumentException("the owner of the key is not named");
    }
    String id = subject.isEmpty() ? "client:" + client : subject;
    String username = header(headers, "Username");
    List<SimpleGrantedAuthority> scopes =
        Arrays.stream(header(headers, "Scopes").split(" "))
            .filter(scope -> !scope.isEmpty())
            .map(scope -> new SimpleGrantedAuthority("SCOPE_" + scope))
            .toList();
    return new GatewayKey(new Caller(id, username.isEmpty() ? id : username), scopes);
  }

  /** Decoded; empty where it is missing. */
  private static String header(Headers headers, String name) {
    String value = headers.get("X-Auth-" + name);
    return value == null ? "" : UriUtils.decode(value, StandardCharsets.UTF_8);
  }

  @Override
  public Object getCredentials() {
    return "";
  }

  @Override
  public Caller getPrincipal() {
    return caller;
  }

  @Override
  public String getName() {
    return caller.id();
  }
}
