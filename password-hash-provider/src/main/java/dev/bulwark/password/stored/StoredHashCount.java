package dev.bulwark.password.stored;

import dev.bulwark.password.foreign.Algorithms;
import dev.bulwark.password.foreign.verify.LegacyVerifiers;
import dev.bulwark.password.foreign.verify.PasswordVerifier;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * Stored passwords by the algorithm id in their credential.
 *
 * @param byAlgorithm counts of 0 and above; only ids of {@link #ALGORITHMS} and {@link #OTHER}
 */
public record StoredHashCount(Map<String, Long> byAlgorithm) {

  /** Those that the bundle and Keycloak can verify. */
  static final List<String> ALGORITHMS =
      Stream.concat(
              Stream.of(
                  Algorithms.ARGON2,
                  Algorithms.PBKDF2_SHA1,
                  Algorithms.PBKDF2_SHA256,
                  Algorithms.PBKDF2_SHA512),
              LegacyVerifiers.all().stream().map(PasswordVerifier::algorithm))
          .toList();

  /** Any other id: one label, so that stored data cannot make ever more metrics. */
  static final String OTHER = "other";

  /** Keeps the order and makes it unmodifiable. */
  public StoredHashCount {
    byAlgorithm = Collections.unmodifiableMap(new LinkedHashMap<>(byAlgorithm));
  }

  /**
   * From what the database counted.
   *
   * @param total all passwords
   * @param counts those of each of {@link #ALGORITHMS}, in its order
   */
  static StoredHashCount of(long total, List<Long> counts) {
    if (counts.size() != ALGORITHMS.size()) {
      throw new IllegalArgumentException("as many counts as algorithms are needed");
    }
    Map<String, Long> byAlgorithm = new LinkedHashMap<>();
    long rest = total;
    for (int i = 0; i < counts.size(); i++) {
      byAlgorithm.put(ALGORITHMS.get(i), counts.get(i));
      rest -= counts.get(i);
    }
    byAlgorithm.put(OTHER, Math.max(0, rest));
    return new StoredHashCount(byAlgorithm);
  }

  /** Of the algorithm; 0 for one that is not counted. */
  long of(String algorithm) {
    return byAlgorithm.getOrDefault(algorithm, 0L);
  }

  /** All passwords. */
  public long total() {
    return byAlgorithm.values().stream().mapToLong(Long::longValue).sum();
  }

  /** Those that the next login replaces because their algorithm is another than {@code argon2}. */
  public long legacy() {
    return total() - of(Algorithms.ARGON2);
  }
}
