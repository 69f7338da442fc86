package dev.bulwark.statuslist;

import dev.bulwark.statuslist.store.RevokedBits;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Base64;
import java.util.zip.GZIPOutputStream;

/** A signed list as it is served, plain and gzipped. Immutable: nobody changes the arrays. */
final class SignedList {

  private final RevokedBits bits;
  private final long issuedAt;
  private final byte[] plain;
  private final byte[] gzipped;
  private final String tag;

  /**
   * A list as a JWT.
   *
   * @param bits that it was made of
   * @param issuedAt {@code iat}
   */
  SignedList(RevokedBits bits, long issuedAt, String jwt) {
    this.bits = bits;
    this.issuedAt = issuedAt;
    this.plain = jwt.getBytes(StandardCharsets.US_ASCII);
    this.gzipped = gzip(plain);
    this.tag = tag(plain);
  }

  private static byte[] gzip(byte[] bytes) {
    ByteArrayOutputStream gzipped = new ByteArrayOutputStream(bytes.length);
    try (GZIPOutputStream out = new GZIPOutputStream(gzipped)) {
      out.write(bytes);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return gzipped.toByteArray();
  }

  private static String tag(byte[] bytes) {
    try {
      byte[] hash = MessageDigest.getInstance("SHA-256").digest(bytes);
      return Base64.getUrlEncoder().withoutPadding().encodeToString(Arrays.copyOf(hash, 15));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  RevokedBits bits() {
    return bits;
  }

  long issuedAt() {
    return issuedAt;
  }

  /** Whether neither its bits nor its {@code iat} is older than these. */
  boolean covers(RevokedBits others, long otherIssuedAt) {
    return !others.isNewerThan(bits) && issuedAt >= otherIssuedAt;
  }

  byte[] body(boolean gzip) {
    return gzip ? gzipped : plain;
  }

  /** The two forms are different representations (RFC 9110, section 8.8.3). */
  String entityTag(boolean gzip) {
    return '"' + tag + (gzip ? "-gzip" : "") + '"';
  }

  /**
   * Whether the client has the list already.
   *
   * @param ifNoneMatch value of the header; tags are compared weakly
   */
  boolean isNamedIn(String ifNoneMatch) {
    for (String each : ifNoneMatch.split(",", -1)) {
      String known = each.strip();
      known = known.startsWith("W/") ? known.substring(2) : known;
      if (known.equals("*") || known.equals(entityTag(false)) || known.equals(entityTag(true))) {
        return true;
      }
    }
    return false;
  }
}
