package dev.bulwark.apikey.verify;

import jakarta.ws.rs.core.Response;
import org.jspecify.annotations.Nullable;

/**
 * The header fields {@code RateLimit-Policy} and {@code RateLimit} in the form of
 * draft-ietf-httpapi-ratelimit-headers-10. The policy of a key is named {@code key}.
 */
public final class RateLimitHeaders {

  public static final String POLICY = "RateLimit-Policy";
  public static final String LIMIT = "RateLimit";

  private RateLimitHeaders() {}

  /** Returns the answer with the header fields of a key; unchanged for a key without a limit. */
  public static Response of(Response answer, @Nullable Allowance allowance) {
    return allowance == null
        ? answer
        : Response.fromResponse(answer)
            .header(
                POLICY,
                "\"key\";q=" + allowance.limit().requests() + ";w=" + allowance.limit().seconds())
            .header(LIMIT, "\"key\";r=" + allowance.remaining() + ";t=" + allowance.resetSeconds())
            .build();
  }
}
