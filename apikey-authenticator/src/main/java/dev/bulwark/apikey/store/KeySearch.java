package dev.bulwark.apikey.store;

import com.fasterxml.jackson.core.io.JsonStringEncoder;
import jakarta.persistence.EntityManager;
import jakarta.persistence.TypedQuery;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.keycloak.connections.jpa.JpaConnectionProvider;
import org.keycloak.models.KeycloakSession;

/**
 * Looks for keys of a realm in the database. Names and states of users' keys are in Keycloak's
 * credentials only, so these are joined: a row without a credential is neither found nor counted.
 */
public final class KeySearch {

  private static final String FROM =
      " from ApiKeyEntity k"
          + " left join CredentialEntity c on c.id = k.id and c.type = 'api-key'"
          + " left join FederatedUserCredentialEntity f on f.id = k.id and f.type = 'api-key'"
          + " left join UserEntity u on u.id = k.ownerId and k.ownerType = 'user'"
          + " left join ClientEntity a on a.id = k.ownerId and k.ownerType = 'client'";

  private static final String DATA = "coalesce(c.credentialData, f.credentialData, k.data)";
  private static final String LABEL = "coalesce(c.userLabel, f.userLabel)";

  /** A credential that was not written here may have a blank behind the colon. */
  private static final String INACTIVE =
      "(" + DATA + " like '%\"active\":false%' or " + DATA + " like '%\"active\": false%')";

  private static final char ESCAPE = '!';

  private final KeycloakSession session;
  private final List<String> conditions = new ArrayList<>();
  private final Map<String, Object> parameters = new HashMap<>();
  private final KeyFilter filter;

  /**
   * Prepares a search.
   *
   * @param now epoch milliseconds
   */
  public KeySearch(KeycloakSession session, String realmId, KeyFilter filter, long now) {
    this.session = session;
    this.filter = filter;
    where("k.realmId = :realm", "realm", realmId);
    where("(a.id is not null or c.id is not null or f.id is not null)");
    owner();
    state(now);
    if (filter.endsBy() != null) {
      where("k.endsAt > :now", "now", now);
      where("k.endsAt <= :endsBy", "endsBy", filter.endsBy());
    }
    if (filter.unusedSince() != null) {
      where(
          "coalesce(k.lastUsedAt, k.createdAt) <= :unusedSince",
          "unusedSince",
          filter.unusedSince());
    }
    for (int i = 0; i < filter.words().size(); i++) {
      word(i, filter.words().get(i).toLowerCase(Locale.ROOT));
    }
  }

  private void owner() {
    if (filter.ownerType() != null) {
      where("k.ownerType = :type", "type", filter.ownerType().id());
    }
    if (filter.ownerId() != null) {
      where("k.ownerId = :owner", "owner", filter.ownerId());
    }
  }

  private void state(long now) {
    if (filter.state() == null) {
      return;
    }
    switch (filter.state()) {
      case INACTIVE -> where(INACTIVE);
      case REPLACED -> where("not " + INACTIVE + " and k.retired = true");
      case EXPIRED ->
          where("not " + INACTIVE + " and k.retired = false and k.endsAt <= :now", "now", now);
      case ACTIVE ->
          where(
              "not "
                  + INACTIVE
                  + " and k.retired = false and (k.endsAt is null or k.endsAt > :now)",
              "now",
              now);
    }
  }

  /** The data of a key is JSON; its name is there escaped, and before the prefix. */
  private void word(int number, String word) {
    String text = ":text" + number;
    String name = ":name" + number;
    String prefix = ":prefix" + number;
    String like = " like %s escape '" + ESCAPE + "'";
    where(
        "("
            + String.join(
                " or ",
                "lower(" + LABEL + ")" + like.formatted(text),
                "lower(u.username)" + like.formatted(text),
                "lower(u.email)" + like.formatted(text),
                "lower(a.clientId)" + like.formatted(text),
                "lower(k.data)" + like.formatted(name),
                "lower(" + DATA + ")" + like.formatted(prefix))
            + ")");
    String json = pattern(String.valueOf(JsonStringEncoder.getInstance().quoteAsString(word)));
    parameters.put("text" + number, "%" + pattern(word) + "%");
    parameters.put("name" + number, "{\"name\":\"%" + json + "%\",\"prefix\":\"%");
    parameters.put("prefix" + number, "%\"prefix\":\"" + json + "%");
  }

  private static String pattern(String text) {
    return text.replaceAll("[!%_]", ESCAPE + "$0");
  }

  private void where(String condition) {
    conditions.add(condition);
  }

  private void where(String condition, String parameter, Object value) {
    where(condition);
    parameters.put(parameter, value);
  }

  /** A page of the keys that were found. */
  public List<ApiKeyEntity> page(int first, int max) {
    return query("select k", " order by " + filter.order().clause(), ApiKeyEntity.class)
        .setFirstResult(first)
        .setMaxResults(max)
        .getResultList();
  }

  /** How many keys were found. */
  public long count() {
    return query("select count(k.id)", "", Long.class).getSingleResult();
  }

  private <T> TypedQuery<T> query(String select, String order, Class<T> type) {
    EntityManager em = session.getProvider(JpaConnectionProvider.class).getEntityManager();
    TypedQuery<T> query =
        em.createQuery(select + FROM + " where " + String.join(" and ", conditions) + order, type);
    parameters.forEach(query::setParameter);
    return query;
  }
}
