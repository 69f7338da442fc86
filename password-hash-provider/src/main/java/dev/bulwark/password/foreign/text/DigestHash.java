package dev.bulwark.password.foreign.text;

import static dev.bulwark.password.foreign.text.HashParts.base64;
import static dev.bulwark.password.foreign.text.HashParts.hex;
import static dev.bulwark.password.foreign.text.HashParts.utf8;

import dev.bulwark.password.foreign.Algorithms;
import dev.bulwark.password.foreign.StoredHash;
import dev.bulwark.password.foreign.UnusableHashException;
import dev.bulwark.password.foreign.verify.DigestVerifier;
import java.util.Arrays;
import java.util.Base64;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads hashes that are one computation of a digest: those of LDAP directories (RFC 2307), of
 * Django's oldest hashers, and those in hexadecimal alone.
 */
public final class DigestHash {

  static final Pattern LDAP =
      Pattern.compile(
          "\\{(S?)(MD5|SHA|SHA256|SHA512)}(" + HashParts.BASE64 + ")", Pattern.CASE_INSENSITIVE);
  static final Pattern NAMED =
      Pattern.compile("(md5|sha1|sha256|sha512)\\$([^$]*)\\$([0-9a-fA-F]+)");
  static final Pattern PLAIN =
      Pattern.compile("[0-9a-fA-F]{32}|[0-9a-fA-F]{40}|[0-9a-fA-F]{64}|[0-9a-fA-F]{128}");

  private DigestHash() {}

  /** Reads a match of {@link #LDAP}. */
  static StoredHash ldap(Matcher m) {
    String digest = digestOf(m.group(2));
    int length = Objects.requireNonNull(DigestVerifier.length(digest));
    byte[] hashAndSalt = base64(m.group(3));
    boolean salted = !m.group(1).isEmpty();
    if (salted ? hashAndSalt.length <= length : hashAndSalt.length != length) {
      throw new UnusableHashException("its hash is not of " + length + " bytes");
    }
    return stored(
        digest,
        DigestVerifier.PASSWORD_SALT,
        Arrays.copyOf(hashAndSalt, length),
        Arrays.copyOfRange(hashAndSalt, length, hashAndSalt.length));
  }

  /** Reads a match of {@link #NAMED}. */
  static StoredHash named(Matcher m) {
    return stored(
        digestOf(m.group(1)),
        DigestVerifier.SALT_PASSWORD,
        hex(m.group(3).toLowerCase(Locale.ROOT)),
        utf8(m.group(2)));
  }

  /** Reads a match of {@link #PLAIN}: the length tells the digest. */
  static StoredHash plain(String text) {
    String digest =
        switch (text.length()) {
          case 32 -> "MD5";
          case 40 -> "SHA-1";
          case 64 -> "SHA-256";
          default -> "SHA-512";
        };
    return stored(
        digest, DigestVerifier.PASSWORD_SALT, hex(text.toLowerCase(Locale.ROOT)), new byte[0]);
  }

  private static StoredHash stored(String digest, String order, byte[] hash, byte[] salt) {
    if (hash.length != Objects.requireNonNull(DigestVerifier.length(digest))) {
      throw new UnusableHashException("its hash is not of the length of " + digest);
    }
    return new StoredHash(
        Algorithms.MESSAGE_DIGEST,
        1,
        Map.of(DigestVerifier.DIGEST, digest, DigestVerifier.ORDER, order),
        Base64.getEncoder().encodeToString(hash),
        salt);
  }

  private static String digestOf(String name) {
    return switch (name.toLowerCase(Locale.ROOT)) {
      case "md5" -> "MD5";
      case "sha", "sha1" -> "SHA-1";
      case "sha256" -> "SHA-256";
      default -> "SHA-512";
    };
  }

  /**
   * Whether a hash is one computation of a digest, from which most passwords can be found: every
   * {@link Algorithms#MESSAGE_DIGEST} but the salted ones of LDAP directories.
   *
   * @param text as it was read
   */
  public static boolean isFast(String text, StoredHash stored) {
    return stored.algorithm().equals(Algorithms.MESSAGE_DIGEST)
        && !text.toUpperCase(Locale.ROOT).startsWith("{SSHA");
  }
}
