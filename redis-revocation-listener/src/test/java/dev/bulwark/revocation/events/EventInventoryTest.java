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
import java.nio.file.Files;
import java.nio.file.Path;
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
import java.util.stream.Stream;
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
 * R1: every event of Keycloak's is listed as one that ends tokens, and is mapped and tested on a
 * server, or as harmless with its reason. A new version of Keycloak that brings a new event fails
 * here. An admin event has a line for each path that is told from others.
 */
class EventInventoryTest {

  private static final String PACKAGES = "org.keycloak.";

  private static final Path COVERED = Path.of("..", "docs", "revocation", "covered.md");
  private static final Path SERVER_TESTS =
      Path.of("..", "testing", "integration-tests", "src", "test", "java");

  /** What one test shows for all: they have one ending. */
  private static final String MAYBE_OFFLINE = "maybe offline sessions";

  /**
   * A line of an inventory.
   *
   * @param columns without name and kind
   */
  private record Line(String name, boolean ends, List<String> columns) {}

  @Test
  void userEvents() {
    List<Line> inventory = inventory("user-events.txt", 1);
    assertThat(inventory)
        .extracting(Line::name)
        .containsExactlyInAnyOrderElementsOf(
            Arrays.stream(EventType.values()).map(EventType::name).toList());
    for (Line line : inventory) {
      Event event = event(EventType.valueOf(line.name));
      assertThat(!UserEventEndings.of(event, new Everything()).isEmpty())
          .as(line.toString())
          .isEqualTo(line.ends);
    }
  }

  @Test
  void adminEvents() {
    List<Line> inventory = inventory("admin-events.txt", 2);
    Set<String> all = new TreeSet<>();
    for (ResourceType type : ResourceType.values()) {
      for (OperationType operation : OperationType.values()) {
        all.add(type + " " + operation);
      }
    }
    assertThat(names(inventory)).isEqualTo(all);
    assertThat(inventory)
        .extracting(line -> line.name + " " + line.columns.get(0))
        .doesNotHaveDuplicates();
    for (Line line : inventory) {
      AdminEvent event = adminEvent(line.name, line.columns.get(0));
      assertThat(!AdminEventEndings.of(event, new Everything()).isEmpty())
          .as(line.toString())
          .isEqualTo(line.ends);
    }
  }

  @Test
  void modelEvents() throws Exception {
    List<Line> inventory = inventory("model-events.txt", 1);
    Map<String, Class<?>> all = providerEvents();
    assertThat(inventory).extracting(Line::name).containsExactlyInAnyOrderElementsOf(all.keySet());
    for (Line line : inventory) {
      Class<?> type = Objects.requireNonNull(all.get(line.name));
      List<Ending> endings =
          type.isInterface() ? ModelEventEndings.of((ProviderEvent) stub(type), 1) : List.of();
      assertThat(!endings.isEmpty()).as(line.toString()).isEqualTo(line.ends);
      if (line.ends) {
        assertThat(ModelEventEndings.session((ProviderEvent) stub(type)))
            .as("session of " + line.name)
            .isNotNull();
      }
    }
  }

  @Test
  void whatEndsTokensIsTestedOnAServer() throws IOException {
    String covered = Files.readString(COVERED);
    Set<String> tests;
    try (Stream<Path> files = Files.walk(SERVER_TESTS)) {
      tests = files.map(file -> file.getFileName().toString()).collect(Collectors.toSet());
    }
    Stream.of(
            inventory("user-events.txt", 1),
            inventory("admin-events.txt", 2),
            inventory("model-events.txt", 1))
        .flatMap(List::stream)
        .filter(Line::ends)
        .forEach(
            line -> {
              String test = line.columns.get(line.columns.size() - 1);
              if (test.equals("-")) {
                assertThat(line.columns.get(line.columns.size() - 2)).startsWith(MAYBE_OFFLINE);
                return;
              }
              assertThat(tests).as(line.toString()).contains(test + ".java");
              assertThat(covered).as(line.toString()).contains("`" + test + "`");
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
    event.setDetails(Map.of("api_key_tokens_dead_from", "1", "api_key_ends_at", "1"));
    return event;
  }

  /**
   * Reads an inventory.
   *
   * @param columns after name and kind; a line {@code ends} has one more with its test
   */
  private static List<Line> inventory(String file, int columns) {
    List<Line> lines = new ArrayList<>();
    for (String text : lines(file)) {
      if (text.startsWith("#")) {
        continue;
      }
      List<String> line = Arrays.stream(text.split("\\|", -1)).map(String::strip).toList();
      assertThat(line).as(text).hasSizeGreaterThan(2).allMatch(column -> !column.isEmpty());
      assertThat(line.get(1)).as(text).isIn("ends", "harmless");
      boolean ends = line.get(1).equals("ends");
      assertThat(line).as(text).hasSize(2 + columns + (ends ? 1 : 0));
      lines.add(new Line(line.get(0), ends, line.subList(2, line.size())));
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

  private static Set<String> names(List<Line> lines) {
    return lines.stream().map(Line::name).collect(Collectors.toCollection(TreeSet::new));
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
      return componentId.equals("ldap");
    }

    @Override
    public boolean hasChanged(String clientId) {
      return true;
    }

    @Override
    public @Nullable String clientOf(String name) {
      return name;
    }

    @Override
    public boolean isKeyProvider(String componentId) {
      return componentId.equals("keys");
    }

    @Override
    public long realmNotBefore() {
      return 1;
    }
  }
}
