package dev.bulwark.password.migrate.convert;

import dev.bulwark.password.migrate.row.MigrationException;
import dev.bulwark.password.migrate.row.UserRecord;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Writes {@code app-users-0.json} and so on, as Keycloak's export does. The files get their names
 * at the very end ({@link #finish}), so that a run which was cut short leaves nothing that an
 * import would take. Beside them is the {@link IdFile}. They are readable by their owner alone,
 * where the file system knows owners. Not thread-safe.
 */
final class UserFiles implements AutoCloseable {

  /**
   * The list of the files of the latest run for each realm, by which a later run knows that it may
   * replace those of its realm.
   */
  static final String MANIFEST = "bulwark-migrate.txt";

  private static final String UNFINISHED = ".unfinished";

  private final Path folder;
  private final MigrationOptions options;
  private final FolderLock lock;
  private final Pattern ofThisRealm;
  private final List<String> names = new ArrayList<>();
  private final Set<String> replaceable = new TreeSet<>();
  private final Set<String> ofOtherRealms = new TreeSet<>();
  private final IdFile ids;
  private @Nullable UserFile current;
  private boolean finished;

  /**
   * Prepares the folder, which is made if it is missing.
   *
   * @throws MigrationException if it holds user files of this realm that no earlier run made, or
   *     another run is writing into it
   */
  static UserFiles in(Path folder, MigrationOptions options) throws IOException {
    return in(folder, options, new IdFile(folder, options.realm()));
  }

  static UserFiles in(Path folder, MigrationOptions options, IdFile ids) throws IOException {
    Files.createDirectories(folder);
    FolderLock lock = FolderLock.of(folder);
    try {
      return new UserFiles(folder, options, lock, ids);
    } catch (IOException | RuntimeException e) {
      lock.close();
      throw e;
    }
  }

  private UserFiles(Path folder, MigrationOptions options, FolderLock lock, IdFile ids)
      throws IOException {
    this.folder = folder;
    this.options = options;
    this.lock = lock;
    this.ofThisRealm = Pattern.compile(Pattern.quote(options.realm()) + "-users-\\d+\\.json");
    this.ids = ids;
    for (String name : manifest()) {
      (isOfThisRealm(name) ? replaceable : ofOtherRealms).add(name);
    }
    try (Stream<Path> files = Files.list(folder)) {
      for (Path file : files.toList()) {
        String name = String.valueOf(file.getFileName());
        if (isOfThisRealm(name) && !replaceable.contains(name)) {
          throw new MigrationException(
              file + " is not of an earlier run: choose another folder for --out");
        }
      }
    }
  }

  private boolean isOfThisRealm(String name) {
    return ofThisRealm.matcher(name).matches();
  }

  private List<String> manifest() throws IOException {
    Path manifest = folder.resolve(MANIFEST);
    return Files.exists(manifest)
        ? Files.readAllLines(manifest, StandardCharsets.UTF_8)
        : List.of();
  }

  void write(UserRecord user) throws IOException {
    UserFile file = current;
    if (file == null) {
      String name = options.realm() + "-users-" + names.size() + ".json";
      file =
          new UserFile(folder.resolve(name + UNFINISHED), options.realm(), options.usersPerFile());
      current = file;
      names.add(name);
    }
    file.write(user);
    ids.write(user);
    if (file.isFull()) {
      finishCurrent();
    }
  }

  private void finishCurrent() throws IOException {
    UserFile file = current;
    if (file != null) {
      file.finish();
      current = null;
    }
  }

  /** Gives the files their names, in place of those of an earlier run, and returns the names. */
  List<String> finish() throws IOException {
    finishCurrent();
    ids.flush();
    // Names first: if this is cut short, a later run still knows which files it may replace.
    writeManifest(replaceable);
    for (String name : replaceable) {
      Files.deleteIfExists(folder.resolve(name));
    }
    for (String name : names) {
      Files.move(
          folder.resolve(name + UNFINISHED),
          folder.resolve(name),
          StandardCopyOption.ATOMIC_MOVE,
          StandardCopyOption.REPLACE_EXISTING);
    }
    ids.finish();
    writeManifest(Set.of());
    finished = true;
    return List.copyOf(names);
  }

  /**
   * Writes the names of this run and of other realms.
   *
   * @param earlier names that are listed besides
   */
  private void writeManifest(Set<String> earlier) throws IOException {
    Set<String> all = new TreeSet<>(ofOtherRealms);
    all.addAll(earlier);
    all.addAll(names);
    Files.write(folder.resolve(MANIFEST), all, StandardCharsets.UTF_8);
  }

  /** Deletes what is not finished. */
  @Override
  public void close() throws IOException {
    try (lock;
        ids) {
      if (!finished) {
        deleteUnfinished();
      }
    }
  }

  private void deleteUnfinished() throws IOException {
    UserFile file = current;
    current = null;
    try {
      if (file != null) {
        file.close();
      }
    } finally {
      for (String name : names) {
        Files.deleteIfExists(folder.resolve(name + UNFINISHED));
      }
    }
  }
}
