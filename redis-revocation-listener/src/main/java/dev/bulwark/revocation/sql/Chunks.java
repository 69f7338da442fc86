package dev.bulwark.revocation.sql;

import java.util.ArrayList;
import java.util.Collection;
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
}
