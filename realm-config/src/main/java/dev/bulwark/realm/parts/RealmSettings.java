package dev.bulwark.realm.parts;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/**
 * What a realm's own representation has of the bundle. Each method changes the representation, and
 * returns a line for each change. Keycloak leaves a setting alone that a representation lacks, so
 * one that goes becomes empty; attributes are replaced as a whole.
 */
final class RealmSettings {

  private static final String LISTENERS = "eventsListeners";
  private static final String JBOSS_LOGGING = "jboss-logging";
  private static final String POLICY = "passwordPolicy";
  private static final String ATTRIBUTES = "attributes";
  private static final String LIMITS = "loginRateLimiter.enabled";
  private static final String QUICK_LOGINS = "quickLoginCheckMilliSeconds";
  private static final int KEYCLOAKS_QUICK_LOGINS = 1000;
  private static final List<String> THEMES = List.of("loginTheme", "accountTheme", "emailTheme");

  private RealmSettings() {}

  static List<String> add(ObjectNode realm, Set<Part> parts) {
    List<String> changes = new ArrayList<>();
    Set<String> listeners = listeners(realm);
    for (Part part : parts) {
      switch (part) {
        case REVOCATION, MAILS -> addListener(listeners, part.provider(), changes);
        case EVENT_LOG -> {
          addListener(listeners, part.provider(), changes);
          removeListener(listeners, JBOSS_LOGGING, changes);
        }
        case LIMITS -> switchLimitsOn(realm, changes);
        case THEME -> THEMES.forEach(theme -> setTheme(realm, theme, BundleNames.THEME, changes));
        case KEYS -> {
          // A required action is no part of this representation.
        }
      }
    }
    put(realm, listeners);
    return changes;
  }

  static List<String> remove(ObjectNode realm) {
    List<String> changes = new ArrayList<>();
    removePolicies(realm, changes);
    if (isLimited(realm) && realm.path(QUICK_LOGINS).asInt(-1) == 0) {
      realm.put(QUICK_LOGINS, KEYCLOAKS_QUICK_LOGINS);
      changes.add("quick login check milliseconds set to " + KEYCLOAKS_QUICK_LOGINS);
    }
    removeAttributes(realm, changes);
    Stream.concat(THEMES.stream(), Stream.of("adminTheme"))
        .filter(theme -> realm.path(theme).asText().equals(BundleNames.THEME))
        .forEach(theme -> setTheme(realm, theme, "", changes));
    Set<String> listeners = listeners(realm);
    if (listeners.contains(BundleNames.EVENT_LOG)) {
      addListener(listeners, JBOSS_LOGGING, changes);
    }
    BundleNames.LISTENERS.stream()
        .sorted()
        .forEach(name -> removeListener(listeners, name, changes));
    put(realm, listeners);
    return changes;
  }

  /**
   * What of a representation has to be sent: a field that Keycloak masks, as the password of a mail
   * server, must not go back.
   */
  static ObjectNode difference(ObjectNode before, ObjectNode after) {
    ObjectNode changed = after.deepCopy();
    after
        .properties()
        .forEach(
            field -> {
              if (field.getValue().equals(before.get(field.getKey()))) {
                changed.remove(field.getKey());
              }
            });
    return changed;
  }

  private static void removePolicies(ObjectNode realm, List<String> changes) {
    String policy = realm.path(POLICY).asText("");
    List<String> kept = new ArrayList<>();
    for (String each : policy.split(" and ", -1)) {
      String name = each.strip().replaceFirst("\\(.*", "");
      if (BundleNames.POLICIES.contains(name)) {
        changes.add("password policy " + name + " removed");
      } else {
        kept.add(each);
      }
    }
    realm.put(POLICY, String.join(" and ", kept));
  }

  private static boolean isLimited(ObjectNode realm) {
    return realm.path(ATTRIBUTES).path(LIMITS).asText().equals("true");
  }

  private static void switchLimitsOn(ObjectNode realm, List<String> changes) {
    if (!isLimited(realm)) {
      realm.withObject("/" + ATTRIBUTES).put(LIMITS, "true");
      changes.add("attribute " + LIMITS + " set to true");
    }
  }

  private static void removeAttributes(ObjectNode realm, List<String> changes) {
    if (realm.get(ATTRIBUTES) instanceof ObjectNode attributes) {
      List<String> names =
          attributes.properties().stream()
              .map(entry -> entry.getKey())
              .filter(name -> BundleNames.ATTRIBUTES.stream().anyMatch(name::startsWith))
              .sorted()
              .toList();
      names.forEach(name -> changes.add("attribute " + name + " removed"));
      attributes.remove(names);
    }
  }

  private static void setTheme(ObjectNode realm, String kind, String name, List<String> changes) {
    if (!realm.path(kind).asText("").equals(name)) {
      realm.put(kind, name);
      changes.add(kind + (name.isEmpty() ? " is Keycloak's own" : " set to " + name));
    }
  }

  private static Set<String> listeners(ObjectNode realm) {
    Set<String> listeners = new LinkedHashSet<>();
    realm.path(LISTENERS).forEach(listener -> listeners.add(listener.asText()));
    return listeners;
  }

  private static void addListener(Set<String> listeners, String name, List<String> changes) {
    if (listeners.add(name)) {
      changes.add("event listener " + name + " added");
    }
  }

  private static void removeListener(Set<String> listeners, String name, List<String> changes) {
    if (listeners.remove(name)) {
      changes.add("event listener " + name + " removed");
    }
  }

  private static void put(ObjectNode realm, Set<String> listeners) {
    ArrayNode array = realm.putArray(LISTENERS);
    listeners.forEach(array::add);
  }
}
