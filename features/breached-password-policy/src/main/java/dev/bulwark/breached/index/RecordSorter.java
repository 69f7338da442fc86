package dev.bulwark.breached.index;

import java.util.Arrays;

/**
 * Sorts fixed-length records in one byte array by their first {@link IndexFormat#HASH_BYTES} bytes,
 * in place and without an object a record: most significant byte first ("American flag sort";
 * McIlroy, Bostic and McIlroy, "Engineering Radix Sort", 1993). Hashes are spread evenly, so two or
 * three levels leave buckets small enough for insertion.
 */
final class RecordSorter {

  static final int RECORD_BYTES = IndexFormat.HASH_BYTES + IndexFormat.COUNT_BYTES;

  private static final int INSERTION_LIMIT = 24;

  private RecordSorter() {}

  /** Sorts the first {@code count} records of {@code records}. */
  static void sort(byte[] records, int count) {
    sort(records, 0, count, 0, new byte[RECORD_BYTES]);
  }

  private static void sort(byte[] a, int from, int to, int depth, byte[] spare) {
    if (to - from <= INSERTION_LIMIT) {
      insertionSort(a, from, to, spare);
      return;
    }
    if (depth == IndexFormat.HASH_BYTES) {
      return; // all equal
    }
    int[] next = new int[257];
    for (int i = from; i < to; i++) {
      next[(a[i * RECORD_BYTES + depth] & 0xFF) + 1]++;
    }
    next[0] = from;
    for (int i = 1; i <= 256; i++) {
      next[i] += next[i - 1];
    }
    int[] end = Arrays.copyOfRange(next, 1, 257);
    for (int bucket = 0; bucket < 256; bucket++) {
      while (next[bucket] < end[bucket]) {
        int here = next[bucket];
        int home = a[here * RECORD_BYTES + depth] & 0xFF;
        if (home == bucket) {
          next[bucket]++;
        } else {
          swap(a, here, next[home]++, spare);
        }
      }
    }
    int start = from;
    for (int bucket = 0; bucket < 256; bucket++) {
      if (end[bucket] - start > 1) {
        sort(a, start, end[bucket], depth + 1, spare);
      }
      start = end[bucket];
    }
  }

  private static void insertionSort(byte[] a, int from, int to, byte[] spare) {
    for (int i = from + 1; i < to; i++) {
      int hole = i;
      while (hole > from && compare(a, hole - 1, a, i) > 0) {
        hole--;
      }
      if (hole < i) {
        System.arraycopy(a, i * RECORD_BYTES, spare, 0, RECORD_BYTES);
        System.arraycopy(
            a, hole * RECORD_BYTES, a, (hole + 1) * RECORD_BYTES, (i - hole) * RECORD_BYTES);
        System.arraycopy(spare, 0, a, hole * RECORD_BYTES, RECORD_BYTES);
      }
    }
  }

  /** Compares the hashes of record {@code i} of {@code a} and record {@code j} of {@code b}. */
  static int compare(byte[] a, int i, byte[] b, int j) {
    return Arrays.compareUnsigned(
        a,
        i * RECORD_BYTES,
        i * RECORD_BYTES + IndexFormat.HASH_BYTES,
        b,
        j * RECORD_BYTES,
        j * RECORD_BYTES + IndexFormat.HASH_BYTES);
  }

  private static void swap(byte[] a, int i, int j, byte[] spare) {
    System.arraycopy(a, i * RECORD_BYTES, spare, 0, RECORD_BYTES);
    System.arraycopy(a, j * RECORD_BYTES, a, i * RECORD_BYTES, RECORD_BYTES);
    System.arraycopy(spare, 0, a, j * RECORD_BYTES, RECORD_BYTES);
  }
}
