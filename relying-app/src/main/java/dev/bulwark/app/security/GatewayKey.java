package dev.bulwark.app.security;

import jakarta.servlet.http.HttpServletRequest;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import org.springframework.security.authentication.AbstractAuthenticationToken;
import org.springframework.security.core.authority.SimpleGrantedAuthority;
import org.springframework.web.util.UriUtils;

/**
 * An API key that a gateway has verified: its owner and its scopes, as Keycloak told the gateway.
 */
final class GatewayKey extends AbstractAuthenticationToken {

  private static final long serialVersionUID = 1L;

  private final transient Caller caller;

  private GatewayKey(Caller caller, List<SimpleGrantedAuthority> scopes) {
    super(scopes);
    this.caller = caller;
    setAuthenticated(true);
  }

  /** Whether a gateway names a key. Who the sender is has still to be seen. */
  static boolean isIn(HttpServletRequest request) {
    return !header(request, "Key-Id").isEmpty();
  }

  /**
   * What the headers say.
   *
   * @throws IllegalArgumentException if they name no owner
   */
  static GatewayKey of(HttpServletRequest request) {
    String subject = header(request, "Subject");
    String client = header(request, "Client");
    if (subject.isEmpty() && client.isEmpty()) {
      throw new IllegalArgumentException("the gateway names no owner of the key");
    }
    String id = subject.isEmpty() ? "client:" + client : subject;
    String username = header(request, "Username");
    List<SimpleGrantedAuthority> scopes =
        Arrays.stream(header(request, "Scopes").split(" "))
            .filter(scope -> !scope.isEmpty())
            .map(scope -> new SimpleGrantedAuthority("SCOPE_" + scope))
            .toList();
    return new GatewayKey(new Caller(id, username.isEmpty() ? id : username), scopes);
  }

  /** Decoded; empty where it is missing. */
  private static String header(HttpServletRequest request, String name) {
    String value = request.getHeader("X-Auth-" + name);
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
