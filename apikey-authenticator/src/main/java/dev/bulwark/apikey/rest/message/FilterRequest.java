package dev.bulwark.apikey.rest.message;

import dev.bulwark.apikey.store.KeyFilter;
import jakarta.ws.rs.core.MultivaluedMap;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Reads the query parameters of the administrator's list. Thread-safe. */
public final class FilterRequest {

  private static final int MAX_SEARCH = 200;
  private static final int MAX_WORDS = 5;
  private static final int MAX_DAYS = 36_500;

  private static final Map<String, KeyFilter.State> STATES =
      Map.of(
          "active", KeyFilter.State.ACTIVE,
          "inactive", KeyFilter.State.INACTIVE,
          "expired", KeyFilter.State.EXPIRED,
          "replaced", KeyFilter.State.REPLACED);

  private static final Map<String, KeyFilter.Order> ORDERS =
      Map.of(
          "createdAt", KeyFilter.Order.OLDEST,
          "-createdAt", KeyFilter.Order.NEWEST,
          "expiresAt", KeyFilter.Order.EXPIRY,
          "lastUsedAt", KeyFilter.Order.LAST_USE);

  /** Each of them makes the list shorter. */
  private static final List<String> FILTERS =
      Stream.concat(
              OwnerReference.PARAMETERS.stream(),
              Stream.of("search", "state", "expiresWithinDays", "unusedForDays"))
          .toList();

  private static final List<String> KNOWN =
      Stream.concat(FILTERS.stream(), Stream.of("sort", "first", "max")).toList();

  private FilterRequest() {}

  /**
   * Reads the filter of a list, whoever the owners are. A parameter that is not known is rejected,
   * and so is a filter that is blank or sent twice: a script that revokes what it has listed must
   * not lose a filter to a typing error, or to a variable that is not set.
   *
   * @param now epoch milliseconds
   * @throws RuntimeException that answers 400 ({@link KeyRequest#invalid}), if a parameter is not
   *     what it should be
   */
  public static KeyFilter read(MultivaluedMap<String, String> query, long now) {
    if (!KNOWN.containsAll(query.keySet())) {
      throw KeyRequest.invalid("Only these parameters are known here: " + String.join(", ", KNOWN));
    }
    FILTERS.forEach(name -> requireOne(query, name));
    if (OwnerReference.isNamedTwice(query.keySet())) {
      throw KeyRequest.invalid("owner must be named in one spelling only");
    }
    String search = query.getFirst("search");
    List<String> words = search == null ? List.of() : List.of(search.strip().split("\\s+"));
    if (search != null && (search.length() > MAX_SEARCH || words.size() > MAX_WORDS)) {
      throw KeyRequest.invalid(
          "search must be at most " + MAX_SEARCH + " characters and " + MAX_WORDS + " words");
    }
    Long within = days(query, "expiresWithinDays");
    Long unused = days(query, "unusedForDays");
    KeyFilter.Order order = choice(query, "sort", ORDERS);
    return new KeyFilter(
        null,
        null,
        words,
        choice(query, "state", STATES),
        within == null ? null : now + within,
        unused == null ? null : now - unused,
        order == null ? KeyFilter.Order.OLDEST : order);
  }

  /** Of several values the others would be lost, and a blank one would be no filter. */
  private static void requireOne(MultivaluedMap<String, String> query, String name) {
    List<String> values = query.get(name);
    if (values != null && (values.size() != 1 || values.get(0).isBlank())) {
      throw KeyRequest.invalid(name + " must have exactly one value, which is not blank");
    }
  }

  /** A number of days in milliseconds, null where the parameter is absent. */
  private static @Nullable Long days(MultivaluedMap<String, String> query, String name) {
    int days = PageRequest.number(name, query.getFirst(name), 0, 1, MAX_DAYS);
    return days == 0 ? null : Duration.ofDays(days).toMillis();
  }

  private static <T> @Nullable T choice(
      MultivaluedMap<String, String> query, String name, Map<String, T> choices) {
    String value = query.getFirst(name);
    if (value == null || value.isBlank()) {
      return null;
    }
    T chosen = choices.get(value);
    if (chosen == null) {
      throw KeyRequest.invalid(
          name + " must be one of " + String.join(", ", new TreeSet<>(choices.keySet())));
    }
    return chosen;
  }
}
