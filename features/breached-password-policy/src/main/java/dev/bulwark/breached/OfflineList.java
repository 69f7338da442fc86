package dev.bulwark.breached;

import dev.bulwark.breached.index.IndexFile;
import dev.bulwark.breached.index.PasswordIndex;
import java.io.IOException;
import java.io.InputStream;
import org.jspecify.annotations.Nullable;

/** The shipped index and, where configured, the operator's own. Thread-safe. */
final class OfflineList {

  static final String SHIPPED = "default-index.bin";

  private final PasswordIndex shipped;
  private final @Nullable IndexFile configured;

  OfflineList(PasswordIndex shipped, @Nullable IndexFile configured) {
    this.shipped = shipped;
    this.configured = configured;
  }

  /** Reads the index that is in this jar. */
  static PasswordIndex readShipped() throws IOException {
    try (InputStream in = OfflineList.class.getResourceAsStream(SHIPPED)) {
      if (in == null) {
        throw new IOException(SHIPPED + " is missing in the jar");
      }
      return PasswordIndex.read(in);
    }
  }

  /** How often the password was seen, by the list that has it more often; at most 65,535. */
  int count(byte[] sha1) {
    int count = shipped.count(sha1);
    return configured == null ? count : Math.max(count, configured.current().count(sha1));
  }

  /** Entries of both lists; a hash in both counts twice. */
  long size() {
    return shipped.size() + (configured == null ? 0 : configured.current().size());
  }
}
