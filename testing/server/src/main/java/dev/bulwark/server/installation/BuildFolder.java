package dev.bulwark.server.installation;

import dev.bulwark.server.process.ServerStartException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * What the build of the {@code server} module leaves for this library: Keycloak's archive, the
 * bundle and the relying app.
 *
 * <p>The folder is that of the system property {@value #PROPERTY}, or {@code testing/server/target}
 * found upwards from the working folder. Thread-safe.
 *
 * <p>Each method throws a {@link ServerStartException} if what it returns has not been built.
 */
public final class BuildFolder {

  static final String PROPERTY = "bulwark.server.build-folder";

  /** Names the folder of what servers write. */
  static final String WORK = "bulwark.server.work-folder";

  private BuildFolder() {}

  /** The {@code target} folder of the server module. */
  public static Path root() {
    String named = System.getProperty(PROPERTY);
    if (named != null) {
      return Path.of(named).toAbsolutePath().normalize();
    }
    for (Path folder = Path.of("").toAbsolutePath(); folder != null; folder = folder.getParent()) {
      Path candidate = folder.resolve("testing/server/target");
      if (Files.isDirectory(candidate.resolve("dist"))) {
        return candidate;
      }
    }
    throw new ServerStartException(
        "testing/server/target/dist is missing: run 'mvn clean package -DskipTests' first, or set -D"
            + PROPERTY
            + ".");
  }

  /**
   * Where servers are unpacked, built and run, and where their logs are: {@link #root()}, or the
   * folder of the system property {@value #WORK}, which virtual machines that start servers of the
   * same names at the same time must set.
   */
  public static Path work() {
    String named = System.getProperty(WORK);
    return named == null ? root() : Path.of(named).toAbsolutePath().normalize();
  }

  /** Keycloak's own archive. */
  public static Path keycloakArchive() {
    return existing(root().resolve("dist").resolve("keycloak.tar.gz"));
  }

  /** The bundle: the shaded jar that users put into {@code providers/}. */
  public static Path bundle() {
    return existing(root().resolve("dist").resolve("bulwark-keycloak.jar"));
  }

  /** The relying app: an executable jar. */
  public static Path relyingApp() {
    return existing(root().resolve("dist").resolve("bulwark-relying-app.jar"));
  }

  private static Path existing(Path file) {
    if (!Files.isRegularFile(file)) {
      throw new ServerStartException(
          file + " is missing: run 'mvn clean package -DskipTests' first.");
    }
    return file;
  }
}
