package dev.bulwark.it.events;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bulwark.it.support.Realm;
import dev.bulwark.it.support.Response;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/**
 * The tokens whose requests were answered. The event of each has its id, and those of a user come
 * in the order of the answers. Thread-safe.
 */
final class AnsweredTokens {

  private final Set<String> all = ConcurrentHashMap.newKeySet();
  private final Map<String, List<String>> ofUsers = new ConcurrentHashMap<>();

  int size() {
    return all.size();
  }

  /**
   * Asks for a token.
   *
   * @param user who logs in, one request after the other; null for a service
   */
  void request(Realm realm, @Nullable String user) {
    Response response =
        user == null
            ? realm.clientCredentials("tasks-service", "tasks-service-dev-secret", Map.of())
            : realm.login(user, Realm.PASSWORD, "openid");
    if (response.status() == 200) {
      String id = Realm.claims(response.text("access_token")).get("jti").asText();
      all.add(id);
      if (user != null) {
        ofUsers.computeIfAbsent(user, name -> new CopyOnWriteArrayList<>()).add(id);
      }
    }
  }

  boolean areDelivered(WebhookReceiver receiver) {
    return new HashSet<>(delivered(receiver)).containsAll(all);
  }

  /** An event may come again after a kill: the first time counts. */
  void assertOrderOfEachUser(WebhookReceiver receiver) {
    List<String> delivered = delivered(receiver);
    assertThat(ofUsers).isNotEmpty();
    ofUsers.forEach(
        (user, ids) -> {
          Set<String> own = new HashSet<>(ids);
          assertThat(delivered.stream().filter(own::contains).distinct())
              .as("logins of %s", user)
              .hasSizeGreaterThan(1)
              .containsExactlyElementsOf(ids);
        });
  }

  private static List<String> delivered(WebhookReceiver receiver) {
    return receiver.taken().stream()
        .map(event -> event.text("/keycloak/details/token_id"))
        .toList();
  }
}
