package dev.bulwark.revocation.issuance;

import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import javax.crypto.Cipher;
import javax.crypto.spec.SecretKeySpec;

/**
 * The ids of a block, computed from its secret alone: AES of 0, 1, 2 and so on, in the form of a
 * random UUID (RFC 9562, version 4) like Keycloak's own. Each node that knows the secret can
 * compute them again.
 */
public final class DerivedIds {

  /** Bytes of a secret. */
  public static final int SECRET = 16;

  private static final int VERSION_4 = 0x4000;
  private static final long VERSION_MASK = ~0xF000L;
  private static final long VARIANT = 0x8000000000000000L;
  private static final long VARIANT_MASK = 0x3FFFFFFFFFFFFFFFL;

  private DerivedIds() {}

  /**
   * All ids of a block.
   *
   * @param prefix what each begins with
   * @param secret {@value #SECRET} bytes
   * @param size how many, 1 or more
   */
  public static List<String> of(String prefix, byte[] secret, int size) {
    ByteBuffer counters = ByteBuffer.allocate(SECRET * size);
    for (int i = 0; i < size; i++) {
      counters.putLong(0).putLong(i);
    }
    ByteBuffer bytes = ByteBuffer.wrap(encrypt(secret, counters.array()));
    List<String> ids = new ArrayList<>(size);
    for (int i = 0; i < size; i++) {
      long most = bytes.getLong() & VERSION_MASK | VERSION_4;
      long least = bytes.getLong() & VARIANT_MASK | VARIANT;
      ids.add(prefix + new UUID(most, least));
    }
    return ids;
  }

  /** ECB, since every counter is a block of its own and comes once. */
  private static byte[] encrypt(byte[] secret, byte[] counters) {
    try {
      Cipher cipher = Cipher.getInstance("AES/ECB/NoPadding");
      cipher.init(Cipher.ENCRYPT_MODE, new SecretKeySpec(secret, "AES"));
      return cipher.doFinal(counters);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("This Java has no AES", e);
    }
  }
}
