package dev.bulwark.keyspage;

import jakarta.ws.rs.GET;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import org.jspecify.annotations.Nullable;
import org.keycloak.models.KeycloakSession;

/** Serves the page on which administrators manage the API keys of a realm. */
public final class AdminPageResource {

  private final KeycloakSession session;

  AdminPageResource(KeycloakSession session) {
    this.session = session;
  }

  /** Returns the page; see {@link AdminPage#response}. */
  @GET
  @Produces(MediaType.TEXT_HTML)
  public Response page(@QueryParam("realm") @Nullable String realm) {
    return new AdminPage(session, "admin-page.html").response(realm);
  }
}
