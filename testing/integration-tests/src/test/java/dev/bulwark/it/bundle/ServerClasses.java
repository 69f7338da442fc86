package dev.bulwark.it.bundle;

import dev.bulwark.server.installation.Installation;
import java.io.IOException;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The bundle as a server of the tests loads it. */
final class ServerClasses {

  private ServerClasses() {}

  /** Returns a loader of the bundle's classes and the server's, to be closed. */
  static URLClassLoader loader() throws IOException {
    List<URL> jars = new ArrayList<>(List.of(url(Installation.bundle())));
    try (Stream<Path> files = Files.walk(Installation.keycloak().resolve("lib/lib"))) {
      files.filter(file -> file.toString().endsWith(".jar")).forEach(file -> jars.add(url(file)));
    }
    return new URLClassLoader(jars.toArray(new URL[0]), ClassLoader.getPlatformClassLoader());
  }

  /** Returns the classes of this repository that the service files of the bundle name. */
  static Set<String> services() throws IOException {
    Set<String> classes = new TreeSet<>();
    try (JarFile jar = new JarFile(Installation.bundle().toFile())) {
      for (JarEntry entry :
          jar.stream()
              .filter(e -> e.getName().startsWith("META-INF/services/") && !e.isDirectory())
              .toList()) {
        new String(jar.getInputStream(entry).readAllBytes(), StandardCharsets.UTF_8)
            .lines()
            .map(String::trim)
            .filter(line -> line.startsWith("dev.bulwark."))
            .forEach(classes::add);
      }
    }
    return classes;
  }

  /** Returns the names of all classes of this repository in the bundle, without the libraries'. */
  static Set<String> own() throws IOException {
    try (JarFile jar = new JarFile(Installation.bundle().toFile())) {
      return jar.stream()
          .map(JarEntry::getName)
          .filter(name -> name.startsWith("dev/bulwark/") && name.endsWith(".class"))
          .filter(name -> !name.startsWith("dev/bulwark/shaded/"))
          .map(name -> name.substring(0, name.length() - ".class".length()).replace('/', '.'))
          .filter(name -> !name.endsWith("package-info"))
          .collect(Collectors.toCollection(TreeSet::new));
    }
  }

  private static URL url(Path file) {
    try {
      return file.toUri().toURL();
    } catch (MalformedURLException e) {
      throw new IllegalArgumentException(e);
    }
  }
}
