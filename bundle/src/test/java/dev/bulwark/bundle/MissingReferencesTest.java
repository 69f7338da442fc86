package dev.bulwark.bundle;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import javax.tools.JavaCompiler;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * B7: what a server lacks is found before a request needs it. The classes are compiled against one
 * form of a server and compared with another.
 */
class MissingReferencesTest {

  @TempDir private Path folder;

  @BeforeEach
  void compileTheBundle() throws IOException {
    server(
        "public class Server {"
            + " public static final Object FIELD = new Object();"
            + " public Server(String name) {}"
            + " public Server() {}"
            + " public void stays(int a, long b) {}"
            + " public void goes(String a, int[] b) {} }",
        "public class Gone {}",
        "public interface Handler { void handle(); }");
    compile(
        "dev/bulwark/Part.java",
        "package dev.bulwark; import org.keycloak.*;"
            + " public class Part extends Server implements Handler {"
            + " static final long BIG = 1L << 40; long big = BIG;"
            + " public void handle() {"
            + " new Server(\"x\").stays(1, 2L); goes(\"\", new int[1]);"
            + " Object field = FIELD; Object gone = new Gone[] {new Gone()}; hashCode();"
            + " Runnable code = this::handle; code.run(); } }");
  }

  @Test
  void nothingIsMissingFromTheServerThatItWasCompiledFor() throws IOException {
    assertThat(missing()).isEmpty();
  }

  @Test
  void typesMembersAndMethodsWithoutABodyAreFound() throws IOException {
    try (Stream<Path> files = Files.list(folder.resolve("org/keycloak"))) {
      for (Path file : files.toList()) {
        Files.delete(file);
      }
    }
    server(
        "public class Server {"
            + " public static final String FIELD = new String();"
            + " public Server() {}"
            + " public void stays(int a, long b) {}"
            + " public void goes(String a) {} }",
        "public interface Handler { void handle(); void flush(String how); default void end() {} }");
    assertThat(missing())
        .containsExactly(
            "dev.bulwark.Part without org.keycloak.Handler.flush(String)",
            "dev.bulwark.Part.FIELD",
            "dev.bulwark.Part.goes(String, int[])",
            "org.keycloak.Gone",
            "org.keycloak.Server.new(String)");
  }

  private List<String> missing() throws IOException {
    try (URLClassLoader loader =
        new URLClassLoader(
            new URL[] {folder.toUri().toURL()}, ClassLoader.getPlatformClassLoader())) {
      return MissingReferences.of(folder, loader);
    }
  }

  private void server(String... types) throws IOException {
    for (String type : types) {
      String name = type.replaceFirst("public (class|interface) (\\w+) .*", "$2");
      compile("org/keycloak/" + name + ".java", "package org.keycloak; " + type);
    }
  }

  private void compile(String file, String source) throws IOException {
    Path path = folder.resolve(file);
    Files.createDirectories(path.getParent());
    Files.writeString(path, source);
    JavaCompiler compiler = Objects.requireNonNull(ToolProvider.getSystemJavaCompiler());
    int result =
        compiler.run(
            null, null, null, "-d", folder.toString(), "-cp", folder.toString(), path.toString());
    assertThat(result).as(source).isZero();
    Files.delete(path);
  }
}
