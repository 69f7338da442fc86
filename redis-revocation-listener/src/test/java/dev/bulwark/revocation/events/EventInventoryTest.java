package dev.bulwark.revocation.events;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bulwark.revocation.rules.Ending;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.lang.reflect.Proxy;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.keycloak.events.Errors;
import org.keycloak.events.Event;
import org.keycloak.events.EventType;
import org.keycloak.events.admin.AdminEvent;
import org.keycloak.events.admin.OperationType;
import org.keycloak.events.admin.ResourceType;
import org.keycloak.provider.ProviderEvent;
import org.keycloak.services.Urls;

/**
 * R1: every event of Keycloak's is listed as one that ends tokens, and is mapped, or as harmless
 * with its reason. A new version of Keycloak that brings a new event fails here.
 */
class EventInventoryTest {

  private static final String PACKAGES = "org.keycloak.";

  /** A line of an inventory. */
  private record Line(boolean ends, List<String> columns) {}

  @Test
  void userEvents() {
    Map<String, Line> inventory = inventory("user-events.txt", 3);
    assertThat(inventory.keySet())
        .isEqualTo(names(Arrays.stream(EventType.values()).map(EventType::name).toList()));
    inventory.forEach(
        (name, line) ->
            assertThat(UserEventEndings.of(event(EventType.valueOf(name)), new Everything()))
                .as(name)
                .satisfies(endings -> assertThat(!endings.isEmpty()).isEqualTo(line.ends)));
  }

  @Test
  void adminEvents() {
    Map<String, Line> inventory = inventory("admin-events.txt", 4);
    List<String> all = new ArrayList<>();
    for (ResourceType type : ResourceType.values()) {
      for (OperationType operation : OperationType.values()) {
        all.add(type + " " + operation);
      }
    }
    assertThat(inventory.keySet()).isEqualTo(names(all));
    inventory.forEach(
        (name, line) ->
            assertThat(
                    AdminEventEndings.of(adminEvent(name, line.columns.get(2)), new Everything()))
                .as(name)
                .satisfies(endings -> assertThat(!endings.isEmpty()).isEqualTo(line.ends)));
  }

  @Test
  void modelEvents() throws Exception {
    Map<String, Line> inventory = inventory("model-events.txt", 3);
    Map<String, Class<?>> all = providerEvents();
    assertThat(inventory.keySet()).isEqualTo(all.keySet());
    inventory.forEach(
        (name, line) -> {
          Class<?> type = Objects.requireNonNull(all.get(name));
          List<Ending> endings =
              type.isInterface() ? ModelEventEndings.of((ProviderEvent) stub(type), 1) : List.of();
          assertThat(!endings.isEmpty()).as(name).isEqualTo(line.ends);
          if (line.ends) {
            assertThat(ModelEventEndings.session((ProviderEvent) stub(type)))
                .as("session of " + name)
                .isNotNull();
          }
        });
  }

  /** An event with all that an event can say. */
  private static Event event(EventType type) {
    Event event = new Event();
    event.setType(type);
    event.setRealmId("r");
    event.setUserId("u");
    event.setSessionId("s");
    event.setClientId("c");
    event.setTime(1_000_000);
    event.setDetails(new HashMap<>(Map.of("credential_type", "api-key", "api_key_id", "k")));
    if (type == EventType.REFRESH_TOKEN_ERROR) {
      event.setError(Errors.INVALID_TOKEN);
    } else if (type == EventType.CODE_TO_TOKEN_ERROR) {
      event.setError(Errors.INVALID_CODE);
    }
    return event;
  }

  private static AdminEvent adminEvent(String name, String path) {
    String[] parts = name.split(" ", 2);
    AdminEvent event = new AdminEvent();
    event.setRealmId("r");
    event.setTime(1_000_000);
    event.setResourceType(ResourceType.valueOf(parts[0]));
    event.setOperationType(OperationType.valueOf(parts[1]));
    event.setResourcePath(path.equals("-") ? null : path);
    event.setDetails(Map.of("api_key_tokens_dead_from", "1"));
    return event;
  }

  private static Map<String, Line> inventory(String file, int columns) {
    Map<String, Line> lines = new TreeMap<>();
    for (String text : lines(file)) {
      if (text.startsWith("#")) {
        continue;
      }
      List<String> line = Arrays.stream(text.split("\\|", -1)).map(String::strip).toList();
      assertThat(line).as(text).hasSize(columns).allMatch(column -> !column.isEmpty());
      assertThat(line.get(1)).as(text).isIn("ends", "harmless");
      lines.put(line.get(0), new Line(line.get(1).equals("ends"), line));
    }
    return lines;
  }

  private static List<String> lines(String file) {
    InputStream stream =
        Objects.requireNonNull(EventInventoryTest.class.getResourceAsStream(file), file);
    try (BufferedReader reader =
        new BufferedReader(new InputStreamReader(stream, StandardCharsets.UTF_8))) {
      return reader.lines().toList();
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  private static Set<String> names(List<String> names) {
    return new TreeSet<>(names);
  }

  /** The provider events in Keycloak's interfaces and services, by name below org.keycloak. */
  private static Map<String, Class<?>> providerEvents() throws IOException, URISyntaxException {
    Map<String, Class<?>> events = new TreeMap<>();
    for (Class<?> ofJar : List.of(ProviderEvent.class, EventType.class, Urls.class)) {
      File jar = new File(ofJar.getProtectionDomain().getCodeSource().getLocation().toURI());
      try (ZipFile zip = new ZipFile(jar)) {
        for (String entry :
            zip.stream().map(ZipEntry::getName).collect(Collectors.toCollection(TreeSet::new))) {
          Class<?> type = entry.endsWith(".class") ? load(entry) : null;
          if (type != null
              && type != ProviderEvent.class
              && ProviderEvent.class.isAssignableFrom(type)
              && !type.isAnonymousClass()) {
            events.put(type.getName().substring(PACKAGES.length()), type);
          }
        }
      }
    }
    return events;
  }

  private static @Nullable Class<?> load(String entry) {
    String name = entry.substring(0, entry.length() - ".class".length()).replace('/', '.');
    try {
      return Class.forName(name, false, EventInventoryTest.class.getClassLoader());
    } catch (ClassNotFoundException | LinkageError e) {
      // It leans on a library that this module does not have: no event does.
      return null;
    }
  }

  /** Answers whatever an event or a model is asked: false, 1, a text, or another such object. */
  private static Object stub(Class<?> type) {
    return Proxy.newProxyInstance(
        EventInventoryTest.class.getClassLoader(),
        new Class<?>[] {type},
        (proxy, method, arguments) -> {
          Class<?> result = method.getReturnType();
          if (result == String.class) {
            return "x";
          } else if (result == boolean.class) {
            return false;
          } else if (result == int.class) {
            return 1;
          }
          return result.isInterface() ? stub(result) : null;
        });
  }

  /** Says yes to every question about an ending. */
  private static final class Everything implements EventContext {

    @Override
    public @Nullable RequestToken requestToken(String parameter) {
      return null;
    }

    @Override
    public boolean isUserEnabled(String userId) {
      return false;
    }

    @Override
    public long userNotBefore(String userId) {
      return 1;
    }

    @Override
    public boolean isRealmEnabled() {
      return true;
    }

    @Override
    public boolean hasNewAddress() {
      return true;
    }

    @Override
    public boolean hasOrganizationsOff() {
      return true;
    }

    @Override
    public boolean isUserStore(String componentId) {
      return true;
    }

    @Override
    public long realmNotBefore() {
      return 1;
    }
  }
}
