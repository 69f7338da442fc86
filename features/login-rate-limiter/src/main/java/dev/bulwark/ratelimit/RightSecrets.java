package dev.bulwark.ratelimit;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Base64;
import java.util.concurrent.locks.Lock;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/**
 * Secrets of clients that were right lately, each at the address from which it came: a page that
 * has its visitors' browsers send wrong ones must not stop the client's own server behind the same
 * address. Of a secret only its HMAC is kept, by a key that lives in memory. Thread-safe.
 *
 * <p>Short secrets are never remembered: beyond the limit, each test of one would help somebody who
 * guesses. A random one of 16 letters and digits has 95 bits, of which a day of 10,000 tests a
 * second covers 30. Keycloak's own have 32 characters.
 */
final class RightSecrets {

  static final int MIN_LENGTH = 16;

  private static final int MAX_SECRETS = 10_000;
  private static final Duration MAX_AGE = Duration.ofDays(1);

  private final SecretKeySpec key;
  private final StripedLocks locks = new StripedLocks();
  private final Cache<String, Boolean> right =
      Caffeine.newBuilder().maximumSize(MAX_SECRETS).expireAfterWrite(MAX_AGE).build();

  RightSecrets() {
    byte[] random = new byte[32];
    new SecureRandom().nextBytes(random);
    key = new SecretKeySpec(random, "HmacSHA256");
  }

  /** One secret of one client at one address. */
  final class Entry {

    private final @Nullable String name;

    private Entry(@Nullable String name) {
      this.name = name;
    }

    boolean isRight() {
      return name != null && right.getIfPresent(name) != null;
    }

    void remember() {
      if (name != null) {
        right.put(name, true);
      }
    }

    void forget() {
      if (name != null) {
        right.invalidate(name);
      }
    }
  }

  /**
   * The entry of a secret.
   *
   * @param clientKey stands for the client and the address
   * @param secret null where it was not sent itself
   */
  Entry of(String clientKey, @Nullable String secret) {
    return new Entry(
        secret == null || secret.length() < MIN_LENGTH ? null : hmac(clientKey + "\n" + secret));
  }

  /** In which the secrets of a client are tested, one after the other. */
  Lock lock(String clientKey) {
    return locks.of(clientKey);
  }

  private String hmac(String text) {
    try {
      Mac mac = Mac.getInstance("HmacSHA256");
      mac.init(key);
      return Base64.getEncoder().encodeToString(mac.doFinal(text.getBytes(StandardCharsets.UTF_8)));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }
}
