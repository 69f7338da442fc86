package dev.bulwark.it.bundle;

import java.io.IOException;
import java.lang.annotation.Annotation;
import java.lang.reflect.Method;
import java.net.URLClassLoader;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * What the bundle answers over HTTP, read out of its jar as the server loads it: the resources of
 * its factories, by their annotations. Nobody keeps a list.
 */
public final class PublicEndpoints {

  private static final String REALM = "org.keycloak.services.resource.RealmResourceProviderFactory";
  private static final String ADMIN =
      "org.keycloak.services.resources.admin.ext.AdminRealmResourceProviderFactory";
  private static final String GRANT = "org.keycloak.protocol.oidc.grants.OAuth2GrantTypeFactory";
  private static final String WELL_KNOWN = "org.keycloak.wellknown.WellKnownProviderFactory";
  private static final String REST = "jakarta.ws.rs.";

  private PublicEndpoints() {}

  /**
   * One of them.
   *
   * @param path below the server, with {@code {realm}} and other parameters in braces
   */
  public record Endpoint(String method, String path) {}

  /** The resources of realms and of the Admin API, and the documents of discovery. */
  public static List<Endpoint> all() throws IOException, ReflectiveOperationException {
    List<Endpoint> found = new ArrayList<>();
    try (URLClassLoader loader = ServerClasses.loader()) {
      List<Class<?>> resources = resources(loader);
      Set<Class<?>> reached = new TreeSet<>(Comparator.comparing(Class::getName));
      add(found, loader, REALM, "/realms/{realm}/", resources, reached);
      add(found, loader, ADMIN, "/admin/realms/{realm}/", resources, reached);
      if (!reached.containsAll(resources)) {
        throw new AssertionError("No factory has " + resources + " without " + reached);
      }
      for (Class<?> factory : factories(loader, WELL_KNOWN)) {
        found.add(new Endpoint("GET", "/realms/{realm}/.well-known/" + id(factory)));
      }
    }
    return found.stream().distinct().toList();
  }

  /** The grants of the token endpoint that Keycloak has not itself. */
  public static List<String> grants() throws IOException, ReflectiveOperationException {
    List<String> found = new ArrayList<>();
    try (URLClassLoader loader = ServerClasses.loader()) {
      for (Class<?> factory : factories(loader, GRANT)) {
        String id = id(factory);
        if (id.contains(":") && !id.startsWith("urn:ietf:")) {
          found.add(id);
        }
      }
    }
    return found;
  }

  private static void add(
      List<Endpoint> found,
      URLClassLoader loader,
      String kind,
      String start,
      List<Class<?>> resources,
      Set<Class<?>> reached)
      throws IOException, ReflectiveOperationException {
    for (Class<?> factory : factories(loader, kind)) {
      List<Class<?>> own =
          resources.stream()
              .filter(type -> isWithin(type.getPackageName(), factory.getPackageName()))
              .toList();
      if (own.isEmpty()) {
        throw new AssertionError(factory + " has no resource in its package");
      }
      Set<Class<?>> located = new TreeSet<>(Comparator.comparing(Class::getName));
      own.forEach(type -> located.addAll(locatedBy(type)));
      for (Class<?> type : own) {
        reached.add(type);
        if (!located.contains(type)) {
          addMethods(found, type, start + id(factory));
        }
      }
    }
  }

  private static boolean isWithin(String name, String parent) {
    return name.equals(parent) || name.startsWith(parent + ".");
  }

  private static void addMethods(List<Endpoint> found, Class<?> type, String path) {
    for (Method method : type.getDeclaredMethods()) {
      Optional<String> verb = verb(method);
      String sub = path(method);
      String whole = sub == null ? path : path + "/" + sub;
      if (verb.isPresent()) {
        found.add(new Endpoint(verb.get(), whole));
      } else if (sub != null) {
        addMethods(found, method.getReturnType(), whole);
      }
    }
  }

  private static List<Class<?>> locatedBy(Class<?> type) {
    List<Class<?>> found = new ArrayList<>();
    for (Method method : type.getDeclaredMethods()) {
      if (path(method) != null && verb(method).isEmpty()) {
        found.add(method.getReturnType());
      }
    }
    return found;
  }

  private static List<Class<?>> resources(URLClassLoader loader)
      throws IOException, ReflectiveOperationException {
    List<Class<?>> found = new ArrayList<>();
    for (String name : ServerClasses.own()) {
      Class<?> type = Class.forName(name, false, loader);
      if (Arrays.stream(type.getDeclaredMethods())
          .anyMatch(method -> verb(method).isPresent() || path(method) != null)) {
        found.add(type);
      }
    }
    return found;
  }

  private static List<Class<?>> factories(URLClassLoader loader, String kind)
      throws IOException, ReflectiveOperationException {
    Class<?> wanted = Class.forName(kind, false, loader);
    List<Class<?>> found = new ArrayList<>();
    for (String name : ServerClasses.services()) {
      Class<?> type = Class.forName(name, false, loader);
      if (wanted.isAssignableFrom(type)) {
        found.add(type);
      }
    }
    return found;
  }

  private static String id(Class<?> factory) throws ReflectiveOperationException {
    Object made = factory.getDeclaredConstructor().newInstance();
    return (String) factory.getMethod("getId").invoke(made);
  }

  private static Optional<String> verb(Method method) {
    return Arrays.stream(method.getAnnotations())
        .map(Annotation::annotationType)
        .filter(
            type ->
                Arrays.stream(type.getAnnotations())
                    .anyMatch(mark -> isRest(mark.annotationType(), "HttpMethod")))
        .map(Class::getSimpleName)
        .findFirst();
  }

  private static @Nullable String path(Method method) {
    for (Annotation annotation : method.getAnnotations()) {
      if (isRest(annotation.annotationType(), "Path")) {
        try {
          return (String) annotation.annotationType().getMethod("value").invoke(annotation);
        } catch (ReflectiveOperationException e) {
          throw new AssertionError(e);
        }
      }
    }
    return null;
  }

  private static boolean isRest(Class<?> type, String name) {
    return type.getName().equals(REST + name);
  }
}
