package dev.bulwark.apikey.key;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The networks from which a key was used, latest first. Immutable, pure.
 *
 * @param known at most {@value #MAX_NETWORKS}
 */
public record KeyNetworks(List<String> known) {

  /** A key that is used from more has the oldest forgotten. */
  static final int MAX_NETWORKS = 20;

  /** Copies the list. */
  public KeyNetworks {
    known = List.copyOf(known);
  }

  /** Reads what {@link #write} has written; null for none. */
  public static KeyNetworks read(@Nullable String stored) {
    return new KeyNetworks(
        stored == null || stored.isBlank() ? List.of() : List.of(stored.split(" ")));
  }

  /** Whether a use from there is worth a notice: not the first one, which nobody can compare. */
  public boolean isNews(String network) {
    return !known.isEmpty() && !known.contains(network);
  }

  /** With a network in front. */
  public KeyNetworks with(String network) {
    List<String> next = new ArrayList<>();
    next.add(network);
    for (String other : known) {
      if (!other.equals(network) && next.size() < MAX_NETWORKS) {
        next.add(other);
      }
    }
    return new KeyNetworks(next);
  }

  /** As text: the networks, separated by blanks. */
  public String write() {
    return String.join(" ", known);
  }

  /**
   * The network of a bucket or site of {@code ClientAddress}: of an IPv4 address its /24, of an
   * IPv6 address its /48.
   *
   * @param bucket an IPv4 address, or other text that stands for itself
   * @param site of an IPv6 address; null for any other
   */
  public static String of(String bucket, @Nullable String site) {
    if (site != null) {
      return site;
    }
    return bucket.matches("\\d+(\\.\\d+){3}")
        ? bucket.substring(0, bucket.lastIndexOf('.')) + ".0_24"
        : bucket;
  }
}
