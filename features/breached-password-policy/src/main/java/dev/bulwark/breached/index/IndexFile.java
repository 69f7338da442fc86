package dev.bulwark.breached.index;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.util.function.LongSupplier;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * An index file that may be replaced while in use. At most once in an interval, a lookup compares
 * the file's identity, size and time with those of the open one; a changed file is opened and takes
 * its place. If that fails the open one stays in use, and a warning is logged once for each state
 * of the file.
 *
 * <p>Replace the file by a rename (the index command does): a mapped file that is overwritten in
 * place changes under the reader. Thread-safe.
 */
public final class IndexFile {

  private static final Logger LOG = Logger.getLogger(IndexFile.class);

  private final Path path;
  private final long intervalNanos;
  private final LongSupplier nanoTime;
  private volatile PasswordIndex index;
  private volatile long nextCheck;
  private State state;
  private @Nullable State failed;

  /**
   * Opens a file.
   *
   * @param checkInterval how often a replacement is looked for
   * @throws IOException if there is no such file or it is not an index
   */
  public IndexFile(Path path, Duration checkInterval) throws IOException {
    this(path, checkInterval, System::nanoTime);
  }

  IndexFile(Path path, Duration checkInterval, LongSupplier nanoTime) throws IOException {
    this.path = path;
    this.intervalNanos = checkInterval.toNanos();
    this.nanoTime = nanoTime;
    this.state = State.of(path);
    this.index = PasswordIndex.open(path);
    this.nextCheck = nanoTime.getAsLong() + intervalNanos;
    LOG.infof("Breached-password index %s: %s entries", path, index.size());
  }

  /** The index as it is on disk, or was at the last check. */
  public PasswordIndex current() {
    if (nanoTime.getAsLong() - nextCheck >= 0) {
      reload();
    }
    return index;
  }

  private synchronized void reload() {
    if (nanoTime.getAsLong() - nextCheck < 0) {
      return;
    }
    nextCheck = nanoTime.getAsLong() + intervalNanos;
    State now = State.missing();
    try {
      now = State.of(path);
      if (now.equals(state)) {
        failed = null;
        return;
      }
      PasswordIndex replacement = PasswordIndex.open(path);
      index = replacement;
      state = now;
      failed = null;
      LOG.infof("Breached-password index %s replaced: %s entries", path, replacement.size());
    } catch (IOException e) {
      if (!now.equals(failed)) {
        failed = now;
        LOG.warnf(
            "Breached-password index %s cannot be read (%s: %s). The server continues"
                + " with the index that it read before",
            path, e.getClass().getSimpleName(), e.getMessage());
      }
    }
  }

  private record State(@Nullable Object fileKey, long bytes, long modifiedMillis) {

    static State of(Path path) throws IOException {
      BasicFileAttributes attributes = Files.readAttributes(path, BasicFileAttributes.class);
      return new State(
          attributes.fileKey(), attributes.size(), attributes.lastModifiedTime().toMillis());
    }

    static State missing() {
      return new State(null, -1, 0);
    }
  }
}
