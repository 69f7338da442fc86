package dev.bulwark.server;

import dev.bulwark.server.installation.BuildFolder;
import dev.bulwark.server.installation.CachedFolder;
import dev.bulwark.server.installation.Folders;
import dev.bulwark.server.installation.Installation;
import dev.bulwark.server.installation.UnpackedKeycloak;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A folder with an unpacked Keycloak, the bundle and the realm files, ready to run.
 *
 * <p>Each server's home links the libraries of the {@link UnpackedKeycloak} and owns all the rest.
 * {@code kc.sh build} runs only when its inputs changed.
 */
final class KeycloakHome {

  private static final Logger log = LoggerFactory.getLogger(KeycloakHome.class);
  private static final Path LIBRARIES = Path.of("lib", "lib");
  private static final Path BUILT = Path.of("lib", "quarkus");
  private static final long SECONDS_OF_TEN_YEARS = 315_360_000L;
  private static final String FINGERPRINT = "bulwark-build.txt";

  private final Path folder;
  private final Path archive;

  private KeycloakHome(Path folder, Path archive) {
    this.folder = folder;
    this.archive = archive;
  }

  Path folder() {
    return folder;
  }

  Path launcher() {
    boolean windows = System.getProperty("os.name", "").startsWith("Windows");
    return folder.resolve("bin").resolve(windows ? "kc.bat" : "kc.sh");
  }

  /**
   * Makes or refreshes the home of the spec. A home that the spec names keeps its data; any other
   * starts empty.
   */
  static KeycloakHome prepare(ServerSpec spec) {
    try {
      Path named = spec.home();
      Path folder =
          named != null ? named : BuildFolder.work().resolve("homes").resolve(spec.name());
      Path chosen = spec.archive();
      Path archive = chosen != null ? chosen : BuildFolder.keycloakArchive();
      Path pristine = UnpackedKeycloak.of(archive);
      if (named == null) {
        Folders.delete(folder.resolve("data"));
      }
      if (!isCurrent(folder, pristine, archive)) {
        log.info("Preparing {}", folder);
        Path keptData = folder.resolveSibling(folder.getFileName() + "-data");
        if (Files.isDirectory(folder.resolve("data"))) {
          Files.move(folder.resolve("data"), keptData, StandardCopyOption.REPLACE_EXISTING);
        }
        Folders.delete(folder);
        Files.createDirectories(folder);
        Folders.copy(pristine, folder, LIBRARIES);
        if (Files.isDirectory(keptData)) {
          Folders.delete(folder.resolve("data"));
          Files.move(keptData, folder.resolve("data"));
        }
        Files.writeString(
            folder.resolve("archive.txt"), UnpackedKeycloak.stamp(archive), StandardCharsets.UTF_8);
      }
      KeycloakHome home = new KeycloakHome(folder, archive);
      home.providers(spec);
      home.realms(spec.realmFiles());
      return home;
    } catch (IOException e) {
      throw new UncheckedIOException("cannot prepare Keycloak's folder for " + spec.name(), e);
    }
  }

  /**
   * Has what {@code kc.sh build} makes with these options. It runs only if no home of this build
   * folder was ever built of the same inputs.
   *
   * @param builder runs {@code kc.sh build} here
   */
  void build(Map<String, String> options, Builder builder) throws IOException {
    String inputs = fingerprint(options);
    Path file = folder.resolve(FINGERPRINT);
    if (Files.exists(file) && Files.readString(file).equals(inputs)) {
      return;
    }
    UUID id = UUID.nameUUIDFromBytes(inputs.getBytes(StandardCharsets.UTF_8));
    Path kept =
        CachedFolder.get(
            id.toString(),
            made -> {
              builder.run();
              Folders.copy(folder.resolve(BUILT), made, LIBRARIES);
            });
    Folders.delete(folder.resolve(BUILT));
    Folders.copy(kept, folder.resolve(BUILT), LIBRARIES);
    Files.writeString(file, inputs);
  }

  /** Runs {@code kc.sh build}. */
  interface Builder {

    /** Returns when it has succeeded. */
    void run() throws IOException;
  }

  private String fingerprint(Map<String, String> options) throws IOException {
    StringBuilder text = new StringBuilder(UnpackedKeycloak.stamp(archive)).append('\n');
    text.append(new TreeMap<>(options));
    try (Stream<Path> files = Files.list(folder.resolve("providers"))) {
      for (Path file : files.sorted().toList()) {
        if (!file.toString().endsWith(".jar")) {
          continue;
        }
        text.append('\n').append(file.getFileName()).append(' ').append(Files.size(file));
        text.append(' ').append(Files.getLastModifiedTime(file));
      }
    }
    return text.toString();
  }

  private void providers(ServerSpec spec) throws IOException {
    Path providers = Files.createDirectories(folder.resolve("providers"));
    List<Path> wanted =
        Stream.concat(
                spec.withBundle() ? Stream.of(BuildFolder.bundle()) : Stream.empty(),
                spec.providers().stream())
            .toList();
    List<Path> names = wanted.stream().map(Path::getFileName).toList();
    try (Stream<Path> files = Files.list(providers)) {
      for (Path file : files.filter(f -> f.toString().endsWith(".jar")).toList()) {
        if (!names.contains(file.getFileName())) {
          Files.delete(file);
        }
      }
    }
    for (Path jar : wanted) {
      Path copy = providers.resolve(jar.getFileName());
      Files.copy(jar, copy, StandardCopyOption.REPLACE_EXISTING);
      Files.setLastModifiedTime(copy, timeOfContent(jar));
    }
  }

  /**
   * A time in the past that depends on the bytes alone. Keycloak builds itself anew when the time
   * of a provider's jar has changed; Maven writes the same jar anew at each run.
   */
  private static FileTime timeOfContent(Path jar) throws IOException {
    return FileTime.from(Installation.checksum(jar) % SECONDS_OF_TEN_YEARS, TimeUnit.SECONDS);
  }

  private void realms(List<Path> files) throws IOException {
    Path folderOfImports = folder.resolve("data").resolve("import");
    Folders.delete(folderOfImports);
    Files.createDirectories(folderOfImports);
    for (Path file : files) {
      Files.copy(file, folderOfImports.resolve(file.getFileName()));
    }
  }

  private static boolean isCurrent(Path folder, Path pristine, Path archive) throws IOException {
    Path stamp = folder.resolve("archive.txt");
    return Files.isDirectory(pristine)
        && Files.exists(stamp)
        && Files.readString(stamp).equals(UnpackedKeycloak.stamp(archive));
  }
}
