package dev.bulwark.it.apikey;

import com.tngtech.archunit.core.domain.JavaAnnotation;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaMethod;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import dev.bulwark.server.installation.Installation;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.function.UnaryOperator;
import java.util.jar.JarFile;
import java.util.stream.Stream;

/**
 * Every REST resource of the server, read from the JAX-RS annotations in the server's own jar. What
 * a new version of Keycloak adds is found by itself; where a method does not say what it leads to,
 * the walk stops with its name.
 */
public final class RestResources {

  private static final String JAXRS = "jakarta.ws.rs.";
  private static final Set<String> VERBS = Set.of("GET", "POST", "PUT", "DELETE", "PATCH");
  private static final String SERVICES = "org.keycloak.services.";

  /** Methods that are declared to return just any object, and what it is in truth. */
  private static final Map<String, List<String>> OBJECTS =
      Map.ofEntries(
          Map.entry("AdminRoot.preFlight", List.of()),
          Map.entry(
              "AdminRoot.getServerInfo",
              List.of(SERVICES + "resources.admin.info.ServerInfoAdminResource")),
          // Those of other jars: the test names them itself.
          Map.entry("RealmAdminResource.extension", List.of()),
          Map.entry(
              "PolicyService.getResource",
              List.of(
                  "org.keycloak.authorization.admin.PolicyTypeService",
                  "org.keycloak.authorization.admin.PolicyResourceService")),
          Map.entry("PolicyTypeService.getPolicyAdminResourceProvider", List.of()),
          Map.entry(
              "AccountLoader.getAccountService",
              List.of(SERVICES + "resources.account.AccountRestService")),
          Map.entry(
              "AccountLoader.getVersionedAccountRestService",
              List.of(SERVICES + "resources.account.AccountRestService")),
          Map.entry(
              "ResourcesService.getResource",
              List.of(SERVICES + "resources.account.resources.ResourceService")),
          Map.entry(
              "RealmsResource.getAccountService",
              List.of(SERVICES + "resources.account.AccountLoader")),
          Map.entry(
              "RealmsResource.getProtocol",
              List.of("org.keycloak.protocol.oidc.OIDCLoginProtocolService")),
          Map.entry(
              "RealmsResource.getAuthorizationService",
              List.of("org.keycloak.authorization.AuthorizationService")),
          Map.entry(
              "AuthorizationService.getProtectionService",
              List.of("org.keycloak.authorization.protection.ProtectionService")),
          Map.entry(
              "ProtectionService.resource",
              List.of("org.keycloak.authorization.protection.resource.ResourceService")),
          Map.entry(
              "ProtectionService.permission",
              List.of("org.keycloak.authorization.protection.permission.PermissionTicketService")),
          Map.entry(
              "ProtectionService.ticket",
              List.of("org.keycloak.authorization.protection.permission.PermissionTicketService")),
          Map.entry(
              "ProtectionService.policy",
              List.of("org.keycloak.authorization.protection.policy.UserManagedPermissionService")),
          Map.entry(
              "OIDCLoginProtocolService.token",
              List.of("org.keycloak.protocol.oidc.endpoints.TokenEndpoint")),
          Map.entry(
              "OIDCLoginProtocolService.issueUserInfo",
              List.of("org.keycloak.protocol.oidc.endpoints.UserInfoEndpoint")),
          // Of browsers and of clients: they take no bearer token.
          Map.entry("OIDCLoginProtocolService.auth", List.of()),
          Map.entry("OIDCLoginProtocolService.registrations", List.of()),
          Map.entry("OIDCLoginProtocolService.forgotCredentialsPage", List.of()),
          Map.entry("OIDCLoginProtocolService.getLoginStatusIframe", List.of()),
          Map.entry("OIDCLoginProtocolService.thirdPartyCookiesCheck", List.of()),
          Map.entry("OIDCLoginProtocolService.logout", List.of()),
          Map.entry("OIDCLoginProtocolService.revoke", List.of()),
          Map.entry("OIDCLoginProtocolService.resolveExtension", List.of()),
          Map.entry("TokenEndpoint.introspect", List.of()),
          // Those of each protocol: the test names them itself.
          Map.entry("ClientRegistrationService.provider", List.of()),
          // What an identity provider answers at; it takes no token.
          Map.entry("IdentityBrokerService.getEndpoint", List.of()),
          Map.entry("RealmsResource.resolveRealmExtension", List.of()));

  private final JavaClasses classes;
  private final Set<Endpoint> found = new TreeSet<>();
  private final Deque<String> path = new ArrayDeque<>();

  private RestResources(JavaClasses classes) {
    this.classes = classes;
  }

  /**
   * One method of one resource.
   *
   * @param verb HTTP method
   * @param path with values in the place of parameters
   * @param type what the body may be; empty for any
   * @param template the path with {@code {parameters}}
   */
  public record Endpoint(String verb, String path, String type, String template)
      implements Comparable<Endpoint> {

    Endpoint(String verb, String path, String type) {
      this(verb, path, type, path);
    }

    @Override
    public int compareTo(Endpoint other) {
      return toString().compareTo(other.toString());
    }

    @Override
    public String toString() {
      return verb + " " + path;
    }
  }

  /** All that hangs below a root resource, with {@code app} for every realm. */
  public static Collection<Endpoint> below(String rootClass) {
    RestResources walk = new RestResources(services());
    JavaClass root = walk.classes.get(rootClass);
    walk.walk(root, value(root.getAnnotations(), "Path"));
    return walk.found;
  }

  private static JavaClasses services() {
    Path folder = Installation.keycloak().resolve("lib/lib/main");
    try (Stream<Path> jars = Files.list(folder)) {
      Path services =
          jars.filter(
                  jar -> jar.getFileName().toString().startsWith("org.keycloak.keycloak-services-"))
              .findFirst()
              .orElseThrow(() -> new IllegalStateException("no keycloak-services in " + folder));
      try (JarFile jar = new JarFile(services.toFile())) {
        return new ClassFileImporter().importJar(jar);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void walk(JavaClass type, String prefix) {
    if (path.contains(type.getName())) {
      return;
    }
    path.push(type.getName());
    for (JavaMethod method : type.getAllMethods()) {
      String own = value(method.getAnnotations(), "Path");
      Optional<String> verb = verb(method);
      if (verb.isPresent()) {
        found.add(
            new Endpoint(
                verb.get(),
                filled(prefix + slash(own), RestResources::sample),
                value(method.getAnnotations(), "Consumes"),
                filled(prefix + slash(own), parameter -> "{" + parameter + "}")));
      } else if (has(method, "Path")) {
        for (JavaClass next : leadsTo(method)) {
          walk(next, prefix + slash(own));
        }
      }
    }
    path.pop();
  }

  private List<JavaClass> leadsTo(JavaMethod method) {
    String name = method.getOwner().getSimpleName() + "." + method.getName();
    List<String> known = OBJECTS.get(name);
    if (known != null) {
      return known.stream().map(classes::get).toList();
    }
    JavaClass type = method.getRawReturnType();
    if (classes.contain(type.getName())
        && type.getAllMethods().stream().anyMatch(RestResources::isResource)) {
      return List.of(type);
    }
    // OPTIONS and pages for browsers, which take no bearer token.
    if (Set.of("jakarta.ws.rs.core.Response").contains(type.getName())) {
      return List.of();
    }
    throw new AssertionError(
        name + " leads to a " + type.getName() + ": which resources that are must be told here");
  }

  private static boolean isResource(JavaMethod method) {
    return has(method, "Path") || verb(method).isPresent();
  }

  private static Optional<String> verb(JavaMethod method) {
    return VERBS.stream().filter(verb -> has(method, verb)).findFirst();
  }

  private static boolean has(JavaMethod method, String annotation) {
    return method.getAnnotations().stream()
        .anyMatch(each -> each.getRawType().getName().equals(JAXRS + annotation));
  }

  /** The first value of an annotation; empty where there is none. */
  private static String value(
      Collection<? extends JavaAnnotation<?>> annotations, String annotation) {
    for (JavaAnnotation<?> each : annotations) {
      if (each.getRawType().getName().equals(JAXRS + annotation)) {
        Object value = each.get("value").orElse("");
        return value instanceof String[] many
            ? (many.length == 0 ? "" : many[0])
            : value.toString();
      }
    }
    return "";
  }

  private static String slash(String own) {
    String plain = own.startsWith("/") ? own.substring(1) : own;
    plain = plain.endsWith("/") ? plain.substring(0, plain.length() - 1) : plain;
    return plain.isEmpty() ? "" : "/" + plain;
  }

  /** Puts values in the place of {@code {parameters}}, whose expressions may have braces. */
  private static String filled(String template, UnaryOperator<String> value) {
    StringBuilder out = new StringBuilder();
    int depth = 0;
    StringBuilder name = new StringBuilder();
    for (char c : template.toCharArray()) {
      if (c == '{' && depth++ == 0) {
        name.setLength(0);
      } else if (c == '}' && --depth == 0) {
        out.append(value.apply(name.toString().split(":", 2)[0].trim()));
      } else if (depth > 0) {
        name.append(c);
      } else {
        out.append(c);
      }
    }
    return out.toString();
  }

  private static String sample(String parameter) {
    return switch (parameter) {
      case "realm" -> "app";
      case "protocol" -> "openid-connect";
      case "version" -> "v1";
      case "html" -> "html";
      case "type" -> "role";
      case "provider", "alias" -> "openid-configuration";
      default ->
          UUID.nameUUIDFromBytes(parameter.getBytes(java.nio.charset.StandardCharsets.UTF_8))
              .toString();
    };
  }
}
