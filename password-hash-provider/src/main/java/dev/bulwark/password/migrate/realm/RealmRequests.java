package dev.bulwark.password.migrate.realm;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.bulwark.password.migrate.row.MigrationException;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;

/** Asks the admin API of a running Keycloak what a realm has. */
final class RealmRequests {

  private static final Duration TIMEOUT = Duration.ofSeconds(30);
  private static final ObjectMapper JSON = new ObjectMapper();

  private final HttpClient http = HttpClient.newBuilder().connectTimeout(TIMEOUT).build();
  private final URI realm;
  private final String token;

  /**
   * Prepares the requests.
   *
   * @param url {@code https://HOST/admin/realms/NAME}
   * @param token access token of an administrator; empty for none
   */
  RealmRequests(String url, String token) throws MigrationException {
    try {
      this.realm = URI.create(url.replaceAll("/+$", ""));
    } catch (IllegalArgumentException e) {
      throw new MigrationException("--realm-from is no URL");
    }
    this.token = token;
  }

  RealmCatalog catalog() throws IOException {
    JsonNode settings = get("");
    JsonNode providers = get("/identity-provider/instances?max=100000");
    return new RealmCatalog(
        RealmCatalog.names(get("/roles?max=100000"), "name"),
        RealmCatalog.names(get("/client-scopes"), "name"),
        RealmCatalog.names(providers, "alias"),
        RealmCatalog.disabled(providers),
        ProfileRules.of(
            get("/users/profile"),
            RealmCatalog.hasAsciiAddresses(settings),
            RealmCatalog.confirmsInVain(settings)),
        RealmCatalog.isLoginWithEmail(settings));
  }

  private JsonNode get(String path) throws IOException {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(realm + path)).timeout(TIMEOUT).GET();
    if (!token.isEmpty()) {
      request.header("Authorization", "Bearer " + token);
    }
    try {
      HttpResponse<byte[]> answer =
          http.send(request.build(), HttpResponse.BodyHandlers.ofByteArray());
      if (answer.statusCode() != 200) {
        throw new MigrationException(
            realm
                + path
                + " answers "
                + answer.statusCode()
                + (token.isEmpty() ? " (KEYCLOAK_TOKEN is not set)" : ""));
      }
      return JSON.readTree(answer.body());
    } catch (JsonProcessingException e) {
      throw new MigrationException(realm + path + " does not answer with JSON");
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new MigrationException("interrupted");
    }
  }
}
