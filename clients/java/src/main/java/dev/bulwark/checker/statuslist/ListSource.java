package dev.bulwark.checker.statuslist;

import java.io.IOException;
import java.net.URI;
import org.jspecify.annotations.Nullable;

/** Sends the requests of a {@link StatusListChecker}. Thread-safe. */
@FunctionalInterface
public interface ListSource {

  /**
   * Sends GET. It bounds its time itself: the thread of a check waits for it. It should not follow
   * redirects: an answer with another status than 200 or 304 is rejected.
   *
   * @param etag for {@code If-None-Match}; null for none
   * @throws IOException if there is no answer
   */
  Answer get(URI uri, @Nullable String etag) throws IOException;

  /**
   * An HTTP response.
   *
   * @param body empty for a status other than 200
   */
  record Answer(int status, String body, @Nullable String etag) {

    private static final int OK = 200;

    /** Returns the body; fails with the status where it is not 200. */
    String expectBody() throws IOException {
      if (status != OK) {
        boolean redirect = status >= 300 && status < 400;
        throw new IOException(
            "HTTP status " + status + (redirect ? ", and redirects are not followed" : ""));
      }
      return body;
    }
  }
}
