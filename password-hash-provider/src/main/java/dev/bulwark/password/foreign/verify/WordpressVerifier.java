package dev.bulwark.password.foreign.verify;

import dev.bulwark.password.foreign.Algorithms;
import dev.bulwark.password.foreign.CostLimits;
import dev.bulwark.password.foreign.StoredHash;
import dev.bulwark.password.foreign.UnusableHashException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * WordPress 6.8 and later: {@code $wp$2y$10$…} is bcrypt of the Base64 of HMAC-SHA-384 of the
 * password, with the key {@code wp-sha384}. Source: {@code wp_hash_password}.
 */
public final class WordpressVerifier implements TextVerifier {

  /** Groups: version, cost, salt and hash. */
  private static final Pattern TEXT =
      Pattern.compile("\\$wp\\$(2[aby])\\$(\\d\\d)\\$([./A-Za-z0-9]{53})");

  private static final byte[] KEY = "wp-sha384".getBytes(StandardCharsets.US_ASCII);
  private static final String MAC = "HmacSHA384";

  @Override
  public String algorithm() {
    return Algorithms.WORDPRESS;
  }

  @Override
  public Pattern text() {
    return TEXT;
  }

  @Override
  public String label() {
    return "WordPress";
  }

  @Override
  public List<String> prefixes() {
    return List.of("$wp$");
  }

  @Override
  public int checkedCost(Matcher text, CostLimits limits) {
    return Bcrypt.checkedCost(text.group(2), limits);
  }

  @Override
  public Verification prepare(StoredHash stored, CostLimits limits) {
    Matcher text = TEXT.matcher(stored.value());
    if (!text.matches()) {
      throw new UnusableHashException("it is no well-formed WordPress hash");
    }
    Bcrypt bcrypt = Bcrypt.of(text.group(1), text.group(2), text.group(3), limits);
    return new Verification() {
      @Override
      public int memory() {
        return Bcrypt.MEMORY_KIB;
      }

      @Override
      public boolean matches(byte[] password) {
        byte[] digest = hmac(password);
        byte[] encoded = Base64.getEncoder().encode(digest);
        try {
          return bcrypt.matches(encoded);
        } finally {
          Arrays.fill(digest, (byte) 0);
          Arrays.fill(encoded, (byte) 0);
        }
      }
    };
  }

  private static byte[] hmac(byte[] password) {
    try {
      Mac mac = Mac.getInstance(MAC);
      mac.init(new SecretKeySpec(KEY, MAC));
      return mac.doFinal(password);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java has " + MAC, e);
    }
  }
}
