package dev.bulwark.it.support;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.time.Instant;
import java.util.Locale;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** An authenticator app with its defaults: RFC 6238, HMAC-SHA-1, 6 digits, 30 seconds. */
public final class Totp {

  private static final String BASE32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
  private static final int PERIOD_SECONDS = 30;

  private Totp() {}

  /** The code of this moment. */
  public static String now(String base32) {
    return at(base32, step());
  }

  /** The number of the step of this moment. */
  public static long step() {
    return Instant.now().getEpochSecond() / PERIOD_SECONDS;
  }

  /** Seconds until the next step begins: 1 to 30. */
  public static long secondsLeft() {
    return PERIOD_SECONDS - Instant.now().getEpochSecond() % PERIOD_SECONDS;
  }

  /** The code of a step. */
  public static String at(String base32, long step) {
    try {
      Mac mac = Mac.getInstance("HmacSHA1");
      mac.init(new SecretKeySpec(decode(base32), "HmacSHA1"));
      byte[] hash = mac.doFinal(ByteBuffer.allocate(Long.BYTES).putLong(step).array());
      int offset = hash[hash.length - 1] & 0xF;
      int number = ByteBuffer.wrap(hash).getInt(offset) & Integer.MAX_VALUE;
      return String.format(Locale.ROOT, "%06d", number % 1_000_000);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  private static byte[] decode(String base32) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    int bits = 0;
    int count = 0;
    for (char c : base32.toCharArray()) {
      bits = bits << 5 | BASE32.indexOf(c);
      count += 5;
      if (count >= Byte.SIZE) {
        count -= Byte.SIZE;
        bytes.write(bits >> count);
        bits &= (1 << count) - 1;
      }
    }
    return bytes.toByteArray();
  }
}
