package dev.bulwark.themes;

import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Properties;
import java.util.stream.Stream;

/** The built theme, and those of Keycloak that it inherits from. */
final class ThemeFiles {

  private ThemeFiles() {}

  /** The folder {@code theme/bulwark} of the build. */
  static Path root() {
    try {
      return Path.of(resource("theme/bulwark").toURI());
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }

  static List<Path> all() {
    try (Stream<Path> files = Files.walk(root())) {
      return files.filter(Files::isRegularFile).toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static String text(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A file of a theme that this one inherits from. */
  static String parentText(String theme, String file) {
    try (InputStream in = resource("theme/" + theme + "/" + file).openStream()) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static Properties messages(String theme, String type, String language) {
    return properties("theme/" + theme + "/" + type + "/messages/messages_" + language);
  }

  static Properties themeProperties(String type) {
    return properties("theme/bulwark/" + type + "/theme");
  }

  private static Properties properties(String name) {
    Properties properties = new Properties();
    try (InputStream in = resource(name + ".properties").openStream()) {
      properties.load(new InputStreamReader(in, StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return properties;
  }

  private static URL resource(String name) {
    URL url = ThemeFiles.class.getClassLoader().getResource(name);
    if (url == null) {
      throw new AssertionError("no resource " + name);
    }
    return url;
  }
}
