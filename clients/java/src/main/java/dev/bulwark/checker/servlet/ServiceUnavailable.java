package dev.bulwark.checker.servlet;

import jakarta.servlet.http.HttpServletResponse;

/** The answer where nobody knows about a token: the client keeps it and tries again. */
public final class ServiceUnavailable {

  /** Seconds. */
  private static final String RETRY_AFTER = "5";

  private ServiceUnavailable() {}

  /** Answers 503 (RFC 9110, section 15.6.4) without a body. */
  public static void answer(HttpServletResponse response) {
    response.resetBuffer();
    response.setStatus(HttpServletResponse.SC_SERVICE_UNAVAILABLE);
    response.setHeader("Retry-After", RETRY_AFTER);
    response.setHeader("Cache-Control", "no-store");
  }
}
