package dev.bulwark.legacy.endpoint;

import java.net.URI;
import java.time.Duration;
import java.util.Optional;

/**
 * The address of the endpoint and the settings of its requests.
 *
 * @param url fixed by the server's administrator; nothing of a login gets into it
 * @param secret sent as a bearer token; empty for none
 * @param connectTimeout time for a connection
 * @param requestTimeout time for everything: waiting for a turn, and the whole exchange
 * @param maxConcurrent requests under way at once
 * @param breakerFailures failures in a row after which the endpoint is left alone
 * @param breakerPause for how long
 */
public record EndpointSettings(
    URI url,
    RequestBody body,
    AnswerRules answer,
    Optional<String> secret,
    Duration connectTimeout,
    Duration requestTimeout,
    int maxConcurrent,
    int breakerFailures,
    Duration breakerPause) {

  /** Hides the secret. */
  @Override
  public String toString() {
    return "EndpointSettings[" + url + ", " + body + ", " + answer + "]";
  }
}
