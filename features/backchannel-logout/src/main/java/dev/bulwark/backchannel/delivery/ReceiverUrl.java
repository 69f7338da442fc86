package dev.bulwark.backchannel.delivery;

import java.net.URI;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * The URL at which a client gets its notices, made of the client's settings. Whoever may register a
 * client chooses it, so it is checked before each request.
 */
final class ReceiverUrl {

  /** Placeholder of Keycloak's: the host from which the client got its tokens. */
  static final String HOST = "${application.session.host}";

  private static final int MAX_LENGTH = 2048;

  private ReceiverUrl() {}

  /**
   * Makes the URL.
   *
   * @param setting the client's back-channel logout URL
   * @param rootUrl of the client, for a URL that begins with a slash; null for none
   * @param host for the placeholder; null where there is none that the client allows
   * @throws IllegalArgumentException if it is no URL that a logout token is sent to; the message
   *     says why
   */
  static URI of(String setting, @Nullable String rootUrl, @Nullable String host) {
    String text = setting.startsWith("/") ? (rootUrl == null ? "" : rootUrl) + setting : setting;
    if (text.contains(HOST)) {
      if (host == null) {
        throw new IllegalArgumentException("the URL needs the host of the session");
      }
      text = text.replace(HOST, host);
    }
    if (text.length() > MAX_LENGTH) {
      throw new IllegalArgumentException("the URL is longer than " + MAX_LENGTH + " characters");
    }
    return checked(parsed(text));
  }

  private static URI parsed(String text) {
    try {
      return URI.create(text);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException("the URL is malformed", e);
    }
  }

  private static URI checked(URI uri) {
    String scheme = uri.getScheme() == null ? "" : uri.getScheme().toLowerCase(Locale.ROOT);
    if (!scheme.equals("https") && !scheme.equals("http")) {
      throw new IllegalArgumentException("the URL is neither https nor http");
    }
    if (uri.getHost() == null || uri.getHost().isEmpty() || uri.getPort() == 0) {
      throw new IllegalArgumentException("the URL has no host");
    }
    if (uri.getPort() > 0xffff) {
      throw new IllegalArgumentException("the URL has no valid port");
    }
    if (uri.getRawUserInfo() != null || uri.getRawFragment() != null) {
      throw new IllegalArgumentException("the URL has a user or a fragment");
    }
    return uri;
  }
}
