package dev.bulwark.it.support;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** The files of this repository, for tests of what is shipped. */
public final class Repository {

  /** Folders that no author of this repository writes to. */
  private static final Set<String> NOT_OURS = Set.of("target", "node_modules", ".git", ".run");

  private static final String WRITE = "bulwark.write-docs";

  private Repository() {}

  /**
   * Whether a test writes what it else compares: {@code -Dbulwark.write-docs=true}. See
   * docs/upgrade-keycloak.md.
   */
  public static boolean isWritten() {
    return Boolean.getBoolean(WRITE);
  }

  /** Writes a file; for tests of what can be derived, and only if {@link #isWritten}. */
  public static void write(String name, String text) {
    try {
      Files.writeString(root().resolve(name), text);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  public static Path root() {
    for (Path folder = Path.of("").toAbsolutePath(); folder != null; folder = folder.getParent()) {
      if (Files.exists(folder.resolve("docker-compose.yml"))) {
        return folder;
      }
    }
    throw new AssertionError("no docker-compose.yml above " + Path.of("").toAbsolutePath());
  }

  public static String text(String name) {
    try {
      return Files.readString(root().resolve(name));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * Returns the text of a guide: of {@code docs/NAME.md}, then of the pages in {@code docs/NAME/}.
   */
  public static String guide(String name) throws IOException {
    StringBuilder text = new StringBuilder(text("docs/" + name + ".md"));
    for (String page : files("docs/" + name + "/[^/]+\\.md")) {
      text.append('\n').append(text(page));
    }
    return text.toString();
  }

  /**
   * Returns the files whose path, relative to the repository, matches. Build results do not count.
   */
  public static List<String> files(String pattern) throws IOException {
    List<String> found = new ArrayList<>();
    Files.walkFileTree(
        root(),
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes of) {
            return NOT_OURS.contains(String.valueOf(folder.getFileName()))
                ? FileVisitResult.SKIP_SUBTREE
                : FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes of) {
            String path = root().relativize(file).toString();
            if (path.matches(pattern)) {
              found.add(path);
            }
            return FileVisitResult.CONTINUE;
          }
        });
    return found.stream().sorted().toList();
  }
}
