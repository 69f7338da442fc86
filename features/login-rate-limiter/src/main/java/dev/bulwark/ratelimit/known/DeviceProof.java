package dev.bulwark.ratelimit.known;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.Base64;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/**
 * Proof that a user of a realm has logged in on a device: OWASP's device cookie, of one user. It
 * names neither the user nor the realm. Immutable.
 *
 * @param device random number of the device, 12 bytes; another at each login
 * @param minute when it was issued, in minutes since 1970
 * @param ofRealm shows that the realm has issued it, 8 bytes of an HMAC
 * @param ofUser shows for whom, 16 bytes of an HMAC
 */
record DeviceProof(byte[] device, int minute, byte[] ofRealm, byte[] ofUser) {

  static final int DEVICE_BYTES = 12;

  private static final int REALM_BYTES = 8;
  private static final int USER_BYTES = 16;
  private static final int BYTES = DEVICE_BYTES + Integer.BYTES + REALM_BYTES + USER_BYTES;
  private static final int CHARACTERS = (BYTES * 8 + 5) / 6;

  /** Keeps this use of the realm's secret apart from all others. */
  private static final String PURPOSE = "bulwark device cookie 1";

  /**
   * Issues a proof.
   *
   * @param secret of the realm; any bytes, not empty
   * @param stamp of the user's password: a proof ends with it
   */
  static DeviceProof issue(
      byte[] secret, String realmId, String userId, String stamp, byte[] device, int minute) {
    byte[] key = hmac(secret, PURPOSE);
    byte[] head = head(device, minute);
    return new DeviceProof(
        device.clone(),
        minute,
        ofRealm(key, realmId, head),
        ofUser(key, realmId, userId, stamp, head));
  }

  /** Whether the realm of this secret has issued it, for whomever. */
  boolean isOf(byte[] secret, String realmId) {
    byte[] expected = ofRealm(hmac(secret, PURPOSE), realmId, head(device, minute));
    return MessageDigest.isEqual(expected, ofRealm);
  }

  /** Whether the realm of this secret has issued it for this user and password. */
  boolean isOf(byte[] secret, String realmId, String userId, String stamp) {
    byte[] key = hmac(secret, PURPOSE);
    byte[] expected = ofUser(key, realmId, userId, stamp, head(device, minute));
    return MessageDigest.isEqual(expected, ofUser);
  }

  /** Whether it was issued no longer than so many days ago. */
  boolean isFresh(int nowMinute, int days) {
    return nowMinute - (long) minute <= days * 24L * 60;
  }

  /** Name of the device, for keys. */
  String name() {
    return Base64.getUrlEncoder().withoutPadding().encodeToString(device);
  }

  /** As a part of a cookie: letters, digits, hyphens and underscores. */
  String write() {
    byte[] all =
        ByteBuffer.allocate(BYTES).put(device).putInt(minute).put(ofRealm).put(ofUser).array();
    return Base64.getUrlEncoder().withoutPadding().encodeToString(all);
  }

  /** Reads what {@link #write} has written; null for any other text. */
  static @Nullable DeviceProof read(String text) {
    if (text.length() != CHARACTERS) {
      return null;
    }
    byte[] all;
    try {
      all = Base64.getUrlDecoder().decode(text);
    } catch (IllegalArgumentException e) {
      return null;
    }
    if (all.length != BYTES) {
      return null;
    }
    ByteBuffer buffer = ByteBuffer.wrap(all);
    byte[] device = new byte[DEVICE_BYTES];
    buffer.get(device);
    int minute = buffer.getInt();
    byte[] ofRealm = new byte[REALM_BYTES];
    buffer.get(ofRealm);
    byte[] ofUser = new byte[USER_BYTES];
    buffer.get(ofUser);
    return new DeviceProof(device, minute, ofRealm, ofUser);
  }

  private static byte[] head(byte[] device, int minute) {
    return ByteBuffer.allocate(DEVICE_BYTES + Integer.BYTES).put(device).putInt(minute).array();
  }

  private static byte[] ofRealm(byte[] key, String realmId, byte[] head) {
    return Arrays.copyOf(hmac(key, "realm", realmId, encoded(head)), REALM_BYTES);
  }

  private static byte[] ofUser(
      byte[] key, String realmId, String userId, String stamp, byte[] head) {
    return Arrays.copyOf(hmac(key, "user", realmId, userId, stamp, encoded(head)), USER_BYTES);
  }

  private static String encoded(byte[] head) {
    return Base64.getUrlEncoder().withoutPadding().encodeToString(head);
  }

  /** Each part with its length in front, so that no two lists of parts are the same text. */
  private static byte[] hmac(byte[] key, String... parts) {
    try {
      Mac mac = Mac.getInstance("HmacSHA256");
      mac.init(new SecretKeySpec(key, "HmacSHA256"));
      for (String part : parts) {
        byte[] bytes = part.getBytes(StandardCharsets.UTF_8);
        mac.update(ByteBuffer.allocate(Integer.BYTES).putInt(bytes.length).array());
        mac.update(bytes);
      }
      return mac.doFinal();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }
}
