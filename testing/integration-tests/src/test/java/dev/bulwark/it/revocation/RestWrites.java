package dev.bulwark.it.revocation;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.bulwark.it.apikey.RestResources.Endpoint;
import dev.bulwark.it.support.Http;
import dev.bulwark.it.support.Json;
import dev.bulwark.it.support.Response;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/**
 * The requests that a resource which writes can be sent: its parameters are objects that the realm
 * has now, its bodies what the same path answers to GET, with a field changed.
 */
final class RestWrites {

  /**
   * One request.
   *
   * @param label the same after a restart with other ids
   * @param body empty for none
   * @param original to be written again after it; empty for nothing
   */
  record Write(String label, String verb, String path, String body, String original) {}

  /**
   * A path with what its ids stand for.
   *
   * @param label the path with names in the place of ids
   */
  private record Place(String path, String label) {}

  /** Who has the tokens comes first. */
  private static final List<String> PREFERRED =
      List.of("cli", "service", "consenting", "ann", "ben", "service-account-service", "staff");

  /** Asking it must stay possible. */
  private static final String ORACLE = "oracle";

  private static final int OBJECTS = 4;
  private static final int PATHS = 8;

  /** Where the objects are listed that a path names behind this segment, below the realm. */
  private static final Map<String, String> LISTS =
      Map.of(
          "roles-by-id", "/roles",
          "members", "/users",
          "sessions", "/users/{user-id}/sessions",
          "federated-identity", "/identity-provider/instances",
          "consents", "/clients",
          "default-client-scopes", "/client-scopes",
          "optional-client-scopes", "/client-scopes",
          "default-default-client-scopes", "/client-scopes",
          "default-optional-client-scopes", "/client-scopes");

  /** What no GET tells of a body, by the end of the path. */
  private static final Map<String, String> BODIES =
      Map.of(
          "/reset-password",
          Json.object("type", "password", "value", "another-path-battery"),
          // Not of clients: see the limits in redis-revocation-listener/README.md.
          "/partialImport",
          Json.of(
              Map.of(
                  "ifResourceExists",
                  "OVERWRITE",
                  "users",
                  List.of(Map.of("username", "ben", "enabled", true)))),
          "/push-revocation",
          "",
          "/logout",
          "");

  private final String base;
  private final String realmPath;
  private final Function<String, Response> get;

  /**
   * Writes below a path.
   *
   * @param base of the templates, with {@code {realm}}
   * @param realmPath what stands in its place
   * @param get answers somebody who may
   */
  RestWrites(String base, String realmPath, Function<String, Response> get) {
    this.base = base;
    this.realmPath = realmPath;
    this.get = get;
  }

  /** All requests of a resource, as the realm is now. */
  List<Write> of(Endpoint endpoint) {
    List<Write> writes = new ArrayList<>();
    for (Place place : places(endpoint.template().substring(base.length()))) {
      String label = endpoint.verb() + " " + place.label();
      Response found = get.apply(place.path());
      JsonNode json = isJson(found) ? found.json() : Json.parse("null");
      if (List.of("PUT", "POST").contains(endpoint.verb()) && json instanceof ObjectNode object) {
        ChangedFields.of(object)
            .forEach(
                (field, changed) ->
                    writes.add(
                        new Write(
                            label + " " + field,
                            endpoint.verb(),
                            place.path(),
                            changed.toString(),
                            object.toString())));
        continue;
      }
      for (String body : bodies(endpoint.verb(), place, json)) {
        writes.add(
            new Write(
                label + (body.length() < 3 ? body : " with a body"),
                endpoint.verb(),
                place.path(),
                body,
                ""));
      }
    }
    return writes;
  }

  private List<String> bodies(String verb, Place place, JsonNode json) {
    String own =
        BODIES.entrySet().stream()
            .filter(entry -> place.path().endsWith(entry.getKey()))
            .map(Map.Entry::getValue)
            .findFirst()
            .orElse("{}");
    if (verb.equals("DELETE")) {
      return json.isArray() && !json.isEmpty() ? List.of(json.toString(), "") : List.of("");
    }
    List<String> bodies = new ArrayList<>();
    Response available = get.apply(place.path() + "/available");
    if (isJson(available) && available.json().isArray()) {
      bodies.add(available.json().toString());
    }
    if (json.isArray() && !json.isEmpty() && json.get(0) instanceof ObjectNode first) {
      ObjectNode copy = first.deepCopy();
      copy.remove("id");
      for (String name : List.of("name", "alias", "clientId", "username")) {
        if (copy.has(name)) {
          copy.put(name, copy.get(name).asText() + "-copy");
        }
      }
      bodies.add(copy.toString());
    }
    bodies.add(own);
    bodies.add("[]");
    return bodies;
  }

  private List<Place> places(String rest) {
    List<Place> places = List.of(new Place(realmPath, ""));
    for (String segment : rest.split("/")) {
      if (!segment.isEmpty()) {
        places =
            places.stream()
                .flatMap(
                    place ->
                        segment.startsWith("{")
                            ? objects(place, segment.substring(1, segment.length() - 1))
                            : Stream.of(
                                new Place(
                                    place.path() + "/" + segment, place.label() + "/" + segment)))
                .limit(PATHS)
                .toList();
      }
    }
    return places;
  }

  /** The objects of the realm that a parameter may be. */
  private Stream<Place> objects(Place place, String parameter) {
    List<JsonNode> found = listed(place.path());
    if (found.isEmpty()) {
      String last = place.path().substring(place.path().lastIndexOf('/') + 1);
      String list = LISTS.getOrDefault(last, "/" + last);
      found = places(list).stream().flatMap(each -> listed(each.path()).stream()).toList();
    }
    List<JsonNode> chosen =
        found.stream()
            .filter(object -> !name(object).contains(ORACLE))
            .sorted(Comparator.comparingInt(RestWrites::rank))
            .limit(OBJECTS)
            .toList();
    return IntStream.range(0, chosen.size())
        .mapToObj(
            i ->
                new Place(
                    place.path()
                        + "/"
                        + Http.encode(value(chosen.get(i), parameter)).replace("+", "%20"),
                    // Sessions and the like have ids alone, which are others in the next realm.
                    place.label()
                        + "/"
                        + (name(chosen.get(i)).isEmpty()
                            ? i
                            // Who takes another's place has the next number.
                            : name(chosen.get(i)).replaceAll("[0-9]+$", ""))));
  }

  private List<JsonNode> listed(String path) {
    Response found = get.apply(path);
    if (!isJson(found) || !found.json().isArray()) {
      return List.of();
    }
    return StreamSupport.stream(found.json().spliterator(), false)
        .filter(JsonNode::isObject)
        .toList();
  }

  private static boolean isJson(Response response) {
    return response.status() == 200 && response.body().matches("(?s)\\s*[\\[{].*");
  }

  private static int rank(JsonNode object) {
    int place = PREFERRED.indexOf(name(object));
    return place < 0 ? PREFERRED.size() : place;
  }

  private static String name(JsonNode object) {
    return first(object, List.of("clientId", "username", "alias", "name", "type"));
  }

  private static String value(JsonNode object, String parameter) {
    String lower = parameter.toLowerCase(Locale.ROOT);
    if (object.hasNonNull(parameter)) {
      return object.get(parameter).asText();
    }
    if (lower.contains("name")) {
      return first(object, List.of("name", "id"));
    }
    return first(
        object,
        lower.contains("alias") || lower.equals("provider")
            ? List.of("alias", "identityProvider", "id")
            : lower.equals("client") ? List.of("clientId", "id") : List.of("id", "alias", "name"));
  }

  private static String first(JsonNode object, List<String> fields) {
    return fields.stream()
        .filter(object::hasNonNull)
        .map(field -> object.get(field).asText())
        .findFirst()
        .orElse("");
  }
}
