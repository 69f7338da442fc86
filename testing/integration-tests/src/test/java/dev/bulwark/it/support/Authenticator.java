package dev.bulwark.it.support;

import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * An authenticator app that gives each code once, for the server takes each once. Not thread-safe.
 */
public final class Authenticator {

  private static final int MARGIN_SECONDS = 8;

  private final String secret;
  private final Set<Long> given = new HashSet<>();

  /**
   * @param secret Base32, with or without spaces
   */
  public Authenticator(String secret) {
    this.secret = secret.replace(" ", "");
  }

  public String secret() {
    return secret;
  }

  /** A code that the server takes now and that was not given before. */
  public String code() {
    String[] code = {""};
    await()
        .atMost(Duration.ofSeconds(90))
        .pollInterval(Duration.ofMillis(200))
        .until(
            () -> {
              long now = Totp.step();
              for (long step : List.of(now - 1, now, now + 1)) {
                // The step before is no longer taken if the next one begins on the way.
                boolean safe = step >= now || Totp.secondsLeft() > MARGIN_SECONDS;
                if (safe && given.add(step)) {
                  code[0] = Totp.at(secret, step);
                  return true;
                }
              }
              return false;
            });
    return code[0];
  }
}
