package dev.bulwark.statuslist.store;

import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.util.HexFormat;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * The order in which the indexes of a list are given out: a permutation that a secret determines.
 * An index tells nobody without the secret when its token was issued, or by which node. The last
 * positions are decoys: no token gets them.
 *
 * <p>A Feistel network over 20 bits, whose rounds are tables of pseudo-random values. Immutable.
 */
public final class IndexOrder {

  /** Indexes of a list. */
  static final int SIZE = 1 << 20;

  /** Indexes that no token gets. */
  static final int DECOYS = 256;

  /** Indexes for tokens. */
  static final int TOKENS = SIZE - DECOYS;

  private static final int HALF_BITS = 10;
  private static final int HALF = 1 << HALF_BITS;
  private static final int MASK = HALF - 1;
  private static final int ROUNDS = 8;
  private static final String HMAC = "HmacSHA256";

  private final int[][] rounds = new int[ROUNDS][HALF];
  private final int[] delays = new int[DECOYS];

  /**
   * The order of a list.
   *
   * @param secret in hexadecimal
   */
  public IndexOrder(String secret) {
    ByteBuffer values = values(secret, 2 * (ROUNDS * HALF + DECOYS));
    for (int[] round : rounds) {
      for (int i = 0; i < HALF; i++) {
        round[i] = values.getShort() & MASK;
      }
    }
    for (int i = 0; i < DECOYS; i++) {
      delays[i] = values.getShort() & 0xffff;
    }
  }

  private static ByteBuffer values(String secret, int bytes) {
    try {
      Mac mac = Mac.getInstance(HMAC);
      mac.init(new SecretKeySpec(HexFormat.of().parseHex(secret), HMAC));
      int block = mac.getMacLength();
      ByteBuffer values = ByteBuffer.allocate((bytes + block - 1) / block * block);
      for (int i = 0; values.hasRemaining(); i++) {
        values.put(mac.doFinal(ByteBuffer.allocate(Integer.BYTES).putInt(i).array()));
      }
      return values.flip();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("Java lacks " + HMAC, e);
    }
  }

  /** Returns the index at a position. */
  int index(int position) {
    int left = position >>> HALF_BITS;
    int right = position & MASK;
    for (int[] round : rounds) {
      int next = left ^ round[right];
      left = right;
      right = next;
    }
    return left << HALF_BITS | right;
  }

  /** Returns the index of a decoy, 0 to {@value #DECOYS} - 1. */
  int decoy(int number) {
    return index(TOKENS + number);
  }

  /** Returns when in the life of its list a decoy begins to look revoked: 0 to 1. */
  double delay(int number) {
    return delays[number] / 65_536.0;
  }
}
