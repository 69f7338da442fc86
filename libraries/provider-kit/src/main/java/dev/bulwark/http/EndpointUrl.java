package dev.bulwark.http;

import java.net.URI;
import java.util.Locale;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** A URL that secrets may be sent to. */
public final class EndpointUrl {

  /** What {@link #parse} takes, for messages. */
  public static final String ALLOWED =
      "an https URL, or http on this machine (localhost, 127.0.0.1 or [::1]), without user,"
          + " query and fragment";

  private static final Pattern LOOPBACK =
      Pattern.compile("localhost|127(\\.[0-9]{1,3}){3}|\\[::1]", Pattern.CASE_INSENSITIVE);

  private EndpointUrl() {}

  /**
   * Reads a URL.
   *
   * @throws IllegalArgumentException if it is not {@link #ALLOWED}
   */
  public static URI parse(String text) {
    URI uri = URI.create(text);
    @Nullable String host = uri.getHost();
    String scheme = uri.getScheme() == null ? "" : uri.getScheme().toLowerCase(Locale.ROOT);
    boolean secure =
        scheme.equals("https")
            || scheme.equals("http") && host != null && LOOPBACK.matcher(host).matches();
    if (!secure
        || host == null
        || uri.getRawUserInfo() != null
        || uri.getRawQuery() != null
        || uri.getRawFragment() != null) {
      throw new IllegalArgumentException(text);
    }
    return uri;
  }
}
