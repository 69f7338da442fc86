package dev.bulwark.it.events;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.bulwark.it.support.AdminApi;
import dev.bulwark.it.support.Http;
import dev.bulwark.it.support.OwnServer;
import dev.bulwark.it.support.Realm;
import dev.bulwark.it.support.TestStack;
import dev.bulwark.redis.process.RedisProcess;
import dev.bulwark.server.DistributionServer;
import dev.bulwark.server.ServerSpec;
import java.util.List;
import java.util.function.UnaryOperator;

/** A Keycloak whose realm {@code app} names the event listeners of the module. */
final class EventServer implements AutoCloseable {

  private final RedisProcess redis;
  private final OwnServer keycloak;

  private EventServer(RedisProcess redis, OwnServer keycloak) {
    this.redis = redis;
    this.keycloak = keycloak;
  }

  static EventServer start(String name, UnaryOperator<ServerSpec.Builder> more) {
    RedisProcess redis = RedisProcess.start();
    ServerSpec.Builder spec = TestStack.manyFromOneAddress(TestStack.spec(name, redis.url()));
    EventServer server = new EventServer(redis, OwnServer.start(more.apply(spec)));
    server.nameTheWebhook();
    return server;
  }

  /** Options of a server that delivers to the receiver. */
  static ServerSpec.Builder delivering(ServerSpec.Builder spec, WebhookReceiver receiver) {
    return spec.option("spi-events-listener--bulwark-webhook--url", receiver.url())
        .option("spi-events-listener--bulwark-webhook--secret", WebhookReceiver.SECRET);
  }

  /** The shipped realm has the event log alone. */
  private void nameTheWebhook() {
    AdminApi admin = admin();
    ObjectNode realm = (ObjectNode) admin.get("/realms/app").expect(200).json();
    realm.withArray("eventsListeners").add("bulwark-webhook");
    admin.put("/realms/app", realm.toString()).expect(204);
  }

  DistributionServer keycloak() {
    return keycloak.keycloak();
  }

  RedisProcess redis() {
    return redis;
  }

  AdminApi admin() {
    return keycloak.admin();
  }

  Realm realm() {
    return new Realm(keycloak.url(), "app");
  }

  /** A user of the realm {@code app} with the password of {@link Realm#PASSWORD}; its id. */
  String user(String name) {
    return addUser(admin(), name);
  }

  /** Does the same at any server. */
  static String addUser(AdminApi admin, String name) {
    admin
        .post(
            "/realms/app/users",
            """
            {"username":"%s","email":"%s@example.org","emailVerified":true,"enabled":true,
             "firstName":"A","lastName":"B",
             "credentials":[{"type":"password","value":"%s"}]}
            """
                .formatted(name, name, Realm.PASSWORD))
        .expect(201);
    return admin.userId(name);
  }

  /** The sum over all labels of a metric. */
  double metric(String name, String... labels) {
    return Http.get(keycloak.managementUrl() + "/metrics")
        .expect(200)
        .body()
        .lines()
        .filter(line -> line.startsWith(name + " ") || line.startsWith(name + "{"))
        .filter(line -> List.of(labels).stream().allMatch(line::contains))
        .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
        .sum();
  }

  @Override
  public void close() {
    keycloak.close();
    redis.close();
  }
}
