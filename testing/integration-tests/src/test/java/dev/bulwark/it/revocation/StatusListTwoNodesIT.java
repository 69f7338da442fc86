package dev.bulwark.it.revocation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.bulwark.it.database.DatabaseProcess;
import dev.bulwark.it.database.MariaDbProcess;
import dev.bulwark.it.database.PostgresProcess;
import dev.bulwark.it.faults.FaultServer;
import dev.bulwark.it.faults.NodePair;
import dev.bulwark.it.support.Response;
import dev.bulwark.it.support.StatusListView;
import dev.bulwark.it.support.StatusListView.Place;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.Supplier;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * R8 with two nodes, on PostgreSQL and MariaDB: both serve the same lists, no place is given out
 * twice, and the lists stay complete when a node is killed.
 */
@Tag("full")
class StatusListTwoNodesIT {

  private static final Duration FRESH = Duration.ofSeconds(5);

  /** Another node takes the lead, and confirms that the lists are complete. */
  private static final Duration TAKE_OVER = Duration.ofSeconds(30);

  private static final int TOKENS = 60;

  private enum Database {
    POSTGRES(PostgresProcess::prepared),
    MARIADB(MariaDbProcess::start);

    private final Supplier<DatabaseProcess> start;

    Database(Supplier<DatabaseProcess> start) {
      this.start = start;
    }
  }

  @ParameterizedTest
  @EnumSource
  void bothNodesServeTheSameLists(Database database) {
    String name = "lists-" + database.name().toLowerCase(Locale.ROOT);
    try (NodePair nodes = NodePair.start(database.start.get(), name, (node, spec) -> spec)) {
      TwoNodeRealm realm = TwoNodeRealm.create(nodes, name);
      realm.first().addStatusLists("cli");
      List<StatusListView> views = List.of(view(nodes.first()), view(nodes.second()));

      List<Response> issued = placesAreGivenOutOnce(realm);
      whatOneNodeEndsIsListedAtBoth(realm, views, issued);
      aKilledNodeIsReplaced(nodes, realm, views, issued);
    }
  }

  private static StatusListView view(FaultServer node) {
    return new StatusListView(
        url -> url.replace(NodePair.PUBLIC_URL, node.keycloak().url().toString()));
  }

  private static List<Response> placesAreGivenOutOnce(TwoNodeRealm realm) {
    List<Response> issued = new ArrayList<>();
    Set<Place> places = new HashSet<>();
    for (int i = 0; i < TOKENS; i++) {
      Response login = realm.nodes().get(i % 2).login(i % 3 == 0 ? "ann" : "ben");
      issued.add(login);
      assertThat(places.add(place(login))).isTrue();
    }
    return issued;
  }

  /** Every third token ends, at the node that did not issue it. */
  private static void whatOneNodeEndsIsListedAtBoth(
      TwoNodeRealm realm, List<StatusListView> views, List<Response> issued) {
    for (int i = 0; i < issued.size(); i += 3) {
      realm.nodes().get((i + 1) % 2).logout("cli", issued.get(i).text("refresh_token")).expect(204);
    }
    for (StatusListView view : views) {
      for (int i = 0; i < issued.size(); i++) {
        boolean revoked = i % 3 == 0;
        Response token = issued.get(i);
        await()
            .atMost(FRESH)
            .until(() -> view.isRevoked(token.text("access_token")).orElseThrow() == revoked);
      }
    }
    Place place = place(issued.get(0));
    await("the same list at both nodes")
        .atMost(FRESH)
        .until(
            () ->
                views
                        .get(0)
                        .list(place)
                        .header("ETag")
                        .equals(views.get(1).list(place).header("ETag"))
                    && !views.get(0).list(place).header("ETag").isEmpty());
  }

  private static void aKilledNodeIsReplaced(
      NodePair nodes, TwoNodeRealm realm, List<StatusListView> views, List<Response> issued) {
    nodes.first().keycloak().kill();
    StatusListView left = views.get(1);
    Response ended = issued.get(1);
    await("a logout at the node that is left")
        .atMost(TAKE_OVER)
        .ignoreExceptions()
        .until(() -> realm.second().logout("cli", ended.text("refresh_token")).status() == 204);
    await("a list that the other node confirms")
        .atMost(TAKE_OVER)
        .until(
            () ->
                left.list(place(ended)).status() == 200
                    && left.isRevoked(ended.text("access_token")).orElseThrow());
    assertThat(left.isRevoked(issued.get(2).text("access_token"))).contains(false);
    Response fresh = realm.second().login("ann");
    assertThat(issued.stream().map(StatusListTwoNodesIT::place)).doesNotContain(place(fresh));
    await().atMost(FRESH).until(() -> left.list(place(fresh)).status() == 200);
    assertThat(left.isRevoked(fresh.text("access_token"))).contains(false);
  }

  private static Place place(Response tokens) {
    return StatusListView.place(tokens.text("access_token")).orElseThrow();
  }
}
