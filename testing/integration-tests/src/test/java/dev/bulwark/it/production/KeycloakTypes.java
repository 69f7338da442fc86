package dev.bulwark.it.production;

import com.tngtech.archunit.core.domain.Dependency;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import dev.bulwark.server.installation.Installation;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.jar.JarFile;
import java.util.stream.Stream;

/**
 * The types of Keycloak that the bundle uses and Keycloak does not promise to keep: all but those
 * of {@code keycloak-common}, {@code keycloak-core} and {@code keycloak-server-spi}.
 *
 * @param byJar jar without its version → type → modules of the bundle, both sorted
 */
record KeycloakTypes(Map<String, Map<String, Set<String>>> byJar) {

  private static final String PACKAGE = "org.keycloak.";
  private static final String MODULE = "dev.bulwark.";
  private static final Set<String> KEPT =
      Set.of("keycloak-common", "keycloak-core", "keycloak-server-spi");

  /** Reads the jar that ships. */
  static KeycloakTypes ofBundle() throws IOException {
    Map<String, String> jars = jars();
    Map<String, Map<String, Set<String>>> byJar = new TreeMap<>();
    try (JarFile bundle = new JarFile(Installation.bundle().toFile())) {
      for (JavaClass own : new ClassFileImporter().importJar(bundle)) {
        for (Dependency dependency : own.getDirectDependenciesFromSelf()) {
          String type = dependency.getTargetClass().getBaseComponentType().getName();
          if (own.getName().startsWith(MODULE) && type.startsWith(PACKAGE)) {
            String jar = jars.getOrDefault(type, "not in the distribution");
            if (!KEPT.contains(jar)) {
              byJar
                  .computeIfAbsent(jar, name -> new TreeMap<>())
                  .computeIfAbsent(type, name -> new TreeSet<>())
                  .add(own.getName().split("\\.")[2]);
            }
          }
        }
      }
    }
    return new KeycloakTypes(byJar);
  }

  /** As it is in the document: a jar, and its types below it with the modules that use them. */
  String text() {
    StringBuilder text = new StringBuilder();
    byJar.forEach(
        (jar, types) -> {
          text.append(jar).append('\n');
          types.forEach(
              (type, modules) ->
                  text.append("  ")
                      .append(type.substring(PACKAGE.length()))
                      .append(": ")
                      .append(String.join(", ", modules))
                      .append('\n'));
        });
    return text.toString();
  }

  /** The packages below {@code org.keycloak} of one jar. */
  List<String> packages(String jar) {
    return byJar.getOrDefault(jar, Map.of()).keySet().stream()
        .map(type -> type.substring(PACKAGE.length(), type.lastIndexOf('.')))
        .distinct()
        .toList();
  }

  /** Which of the server's jars has a type of Keycloak. */
  private static Map<String, String> jars() throws IOException {
    Map<String, String> jars = new HashMap<>();
    try (Stream<Path> files = Files.list(Installation.keycloak().resolve("lib/lib/main"))) {
      for (Path file :
          files.filter(path -> path.getFileName().toString().startsWith(PACKAGE)).toList()) {
        String name = file.getFileName().toString().replaceFirst("^org\\.keycloak\\.", "");
        String jar = name.replaceFirst("-\\d+\\..*", "");
        try (JarFile entries = new JarFile(file.toFile())) {
          entries.stream()
              .map(entry -> entry.getName())
              .filter(entry -> entry.endsWith(".class"))
              .forEach(entry -> jars.put(entry.replace(".class", "").replace('/', '.'), jar));
        }
      }
    }
    return jars;
  }
}
