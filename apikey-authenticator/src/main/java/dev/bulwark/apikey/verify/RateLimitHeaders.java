package dev.bulwark.apikey.verify;

import dev.bulwark.apikey.key.limit.Allowance;
import dev.bulwark.apikey.key.limit.RateLimit;
import jakarta.ws.rs.core.Response;
import org.jspecify.annotations.Nullable;

/**
 * The header fields {@code RateLimit-Policy} and {@code RateLimit} in the form of
 * draft-ietf-httpapi-ratelimit-headers-10.
 */
public final class RateLimitHeaders {

  public static final String POLICY = "RateLimit-Policy";
  public static final String LIMIT = "RateLimit";

  private RateLimitHeaders() {}

  /** Returns the answer with the header fields of a limit; unchanged where there is none. */
  public static Response of(Response answer, @Nullable Allowance allowance) {
    if (allowance == null) {
      return answer;
    }
    String name = '"' + allowance.policy() + '"';
    RateLimit limit = allowance.limit();
    return Response.fromResponse(answer)
        .header(POLICY, name + ";q=" + limit.requests() + ";w=" + limit.seconds())
        .header(LIMIT, name + ";r=" + allowance.remaining() + ";t=" + allowance.resetSeconds())
        .build();
  }
}
