package dev.bulwark.keyspage;

import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import org.jspecify.annotations.Nullable;
import org.keycloak.models.KeycloakSession;

/** Serves the overview for administrators of a realm, and the description of its REST. */
public final class OverviewResource {

  private final KeycloakSession session;

  OverviewResource(KeycloakSession session) {
    this.session = session;
  }

  /** Returns the page; see {@link AdminPage#response}. */
  @GET
  @Produces(MediaType.TEXT_HTML)
  public Response page(@QueryParam("realm") @Nullable String realm) {
    return new AdminPage(session, "overview-page.html").response(realm);
  }

  /** Returns the OpenAPI document of the Admin REST resources that the page uses. */
  @GET
  @Path("openapi.json")
  @Produces(MediaType.APPLICATION_JSON)
  public String openApi() {
    return AdminPage.read("overview-openapi.json");
  }
}
