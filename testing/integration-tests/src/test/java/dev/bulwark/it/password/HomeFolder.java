package dev.bulwark.it.password;

import dev.bulwark.it.support.WorkFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.extension.AnnotatedElementContext;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.io.TempDirFactory;

/**
 * A server's folder that outlives the server, for the next one on the same data; below the build's
 * folder, because a server's libraries are hard links.
 */
public final class HomeFolder implements TempDirFactory {

  @Override
  public Path createTempDirectory(AnnotatedElementContext element, ExtensionContext context)
      throws IOException {
    Path target = WorkFolder.of("homes");
    return Files.createTempDirectory(Files.createDirectories(target), "home-");
  }
}
