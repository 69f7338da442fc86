package dev.bulwark.password.migrate.convert;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;

/**
 * Remembers on which line a text was first seen, by 96 bits of its SHA-256 instead of the text: 16
 * bytes an entry by open addressing in many small tables, each of which grows by itself, so about
 * 25 bytes in all. A million user names take 25 MB. Two of them have the same 96 bits with a
 * probability of one in 10^17. Not thread-safe.
 */
public final class SeenSet {

  private static final int TABLES = 1 << 10;
  private static final int INITIAL_SLOTS = 16;

  /** Three parts of the hash, then the line; line 0 marks a free slot. */
  private static final int SLOT_INTS = 4;

  private static final int LINE_OFFSET = 3;

  private final MessageDigest digest;
  private final int[][] tables = new int[TABLES][];
  private final int[] sizes = new int[TABLES];

  public SeenSet() {
    try {
      digest = MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
    Arrays.setAll(tables, i -> new int[INITIAL_SLOTS * SLOT_INTS]);
  }

  /** The line of a text's first appearance, or 0 if it is new. */
  public int line(String text) {
    int[] key = key(text);
    int[] table = tables[table(key)];
    return table[slot(table, key) + LINE_OFFSET];
  }

  /**
   * Remembers a text, unless it is known.
   *
   * @param line where it is, from 1
   */
  public void add(String text, long line) {
    int[] key = key(text);
    key[LINE_OFFSET] = (int) Math.min(line, Integer.MAX_VALUE);
    int number = table(key);
    int[] table = tables[number];
    int slot = slot(table, key);
    if (table[slot + LINE_OFFSET] != 0) {
      return;
    }
    int slots = table.length / SLOT_INTS;
    if (sizes[number] + 1 > slots - slots / 5) {
      table = grown(table);
      tables[number] = table;
      slot = slot(table, key);
    }
    System.arraycopy(key, 0, table, slot, SLOT_INTS);
    sizes[number]++;
  }

  private int[] key(String text) {
    ByteBuffer hash = ByteBuffer.wrap(digest.digest(text.getBytes(StandardCharsets.UTF_8)));
    return new int[] {hash.getInt(), hash.getInt(), hash.getInt(), 0};
  }

  private static int table(int[] key) {
    return key[0] & (TABLES - 1);
  }

  /** Where the key is, or the free slot where it belongs. */
  private static int slot(int[] table, int[] key) {
    int at = Integer.remainderUnsigned(key[1], table.length / SLOT_INTS) * SLOT_INTS;
    while (table[at + LINE_OFFSET] != 0
        && (table[at] != key[0] || table[at + 1] != key[1] || table[at + 2] != key[2])) {
      at = (at + SLOT_INTS) % table.length;
    }
    return at;
  }

  private static int[] grown(int[] table) {
    int slots = table.length / SLOT_INTS;
    int[] larger = new int[(slots + slots / 2) * SLOT_INTS];
    for (int at = 0; at < table.length; at += SLOT_INTS) {
      if (table[at + LINE_OFFSET] != 0) {
        int[] entry = Arrays.copyOfRange(table, at, at + SLOT_INTS);
        System.arraycopy(entry, 0, larger, slot(larger, entry), SLOT_INTS);
      }
    }
    return larger;
  }
}
