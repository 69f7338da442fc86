package dev.bulwark.it.relying;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.bulwark.it.support.AdminApi;
import dev.bulwark.it.support.Http;
import dev.bulwark.it.support.Json;
import dev.bulwark.it.support.Response;
import dev.bulwark.it.support.TestStack;
import dev.bulwark.it.support.WorkFolder;
import dev.bulwark.server.RelyingApp;
import dev.bulwark.testing.FreePort;
import java.net.URI;
import java.net.http.HttpRequest;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The relying app of these tests: one process, started at first use, ended with the test run. */
final class RunningApp {

  /** A gateway of the tests comes from here. */
  static final String GATEWAY = "127.0.0.1";

  private static @Nullable RunningApp instance;

  private final RelyingApp app;

  private RunningApp(RelyingApp app) {
    this.app = app;
  }

  /** The app, which the realm as it is now knows. */
  static synchronized RunningApp get() {
    TestStack stack = TestStack.get();
    if (instance == null) {
      int port = FreePort.next();
      instance =
          new RunningApp(
              RelyingApp.start(
                  new RelyingApp.Spec(
                      "relying-app-" + port,
                      URI.create("http://127.0.0.1:" + port),
                      stack.realm().url(),
                      stack.redis().port(),
                      WorkFolder.of("relying-app", Integer.toString(port)),
                      Map.of(
                          "GATEWAY_ADDRESSES",
                          GATEWAY,
                          "API_KEY_CLIENT_ID",
                          "gateway",
                          "API_KEY_CLIENT_SECRET",
                          "gateway-dev-secret"),
                      List.of("-XX:TieredStopAtLevel=1"))));
    }
    instance.register(stack.admin());
    return instance;
  }

  /** What {@code RELYING_APP_URL} does at an import of the realm. */
  private void register(AdminApi admin) {
    String path = "/realms/app/clients/" + admin.clientUuid("relying-app");
    ObjectNode client = (ObjectNode) admin.get(path).expect(200).json();
    client.put("rootUrl", url().toString());
    client.putArray("redirectUris").add(at("/login/oauth2/code/keycloak"));
    ((ObjectNode) client.get("attributes"))
        .put("post.logout.redirect.uris", at("/"))
        .put("backchannel.logout.url", at("/logout/connect/back-channel/keycloak"));
    admin.put(path, client.toString()).expect(204);
  }

  URI url() {
    return app.url();
  }

  String at(String path) {
    return app.url() + path;
  }

  String log() {
    return app.log();
  }

  /** The caller's tasks, asked for with a token. */
  Response tasks(String token) {
    return Http.get(at("/api/tasks"), "Authorization", "Bearer " + token);
  }

  Response create(String token, String title) {
    return Http.send(
        Http.request(at("/api/tasks"))
            .header("Authorization", "Bearer " + token)
            .header("Content-Type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofString(Json.object("title", title))));
  }

  Response users(String token) {
    return Http.get(at("/api/admin/users"), "Authorization", "Bearer " + token);
  }
}
