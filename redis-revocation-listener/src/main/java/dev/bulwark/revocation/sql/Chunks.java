package dev.bulwark.revocation.sql;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;

/** Cuts long lists into statements of a bearable size. */
public final class Chunks {

  private Chunks() {}

  /** Lists of at most {@code size}, in order; none for an empty collection. */
  public static <T> List<List<T>> of(Collection<T> items, int size) {
    List<T> list = List.copyOf(items);
    List<List<T>> chunks = new ArrayList<>();
    for (int from = 0; from < list.size(); from += size) {
      chunks.add(list.subList(from, Math.min(from + size, list.size())));
    }
    return chunks;
  }

  /**
   * The ids, and the first of them again until there are 1, 10, 100 or 1,000 and so on. Statements
   * of a few lengths only have plans that are kept.
   *
   * @param ids at least one
   */
  public static List<String> padded(Collection<String> ids) {
    List<String> padded = new ArrayList<>(ids);
    int length = 1;
    while (length < padded.size()) {
      length *= 10;
    }
    padded.addAll(Collections.nCopies(length - padded.size(), padded.get(0)));
    return padded;
  }
}
