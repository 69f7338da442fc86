package dev.bulwark.password;

import dev.bulwark.options.Option;
import dev.bulwark.options.ProviderOptions;
import dev.bulwark.password.argon2.Argon2Parameters;
import dev.bulwark.password.argon2.Argon2Type;
import dev.bulwark.password.argon2.Argon2Version;
import dev.bulwark.password.foreign.Algorithms;
import dev.bulwark.password.foreign.Argon2Fields;
import dev.bulwark.password.foreign.CostLimits;
import dev.bulwark.password.foreign.PasswordForm;
import dev.bulwark.password.foreign.StoredHash;
import dev.bulwark.password.foreign.UnusableHashException;
import java.util.List;
import org.keycloak.Config;
import org.keycloak.provider.ProviderConfigProperty;

/**
 * The options of provider {@value Argon2idHashProviderFactory#ID} (spec P1, P6, P7). They hold for
 * the whole server.
 *
 * @param parameters of new hashes
 * @param saltLength of new hashes, bytes
 * @param maxConcurrent hashes of {@code parameters.memory()} KiB under way at once
 * @param useNative whether libargon2 is tried
 * @param limits the most that a stored hash may cost
 * @param countInterval seconds between two counts of the stored hashes, 0 for none
 * @param maxFailureTime milliseconds that a failed login is made to take at most, 0 for no waiting
 */
record PasswordHashingConfig(
    Argon2Parameters parameters,
    int saltLength,
    int maxConcurrent,
    boolean useNative,
    CostLimits limits,
    int countInterval,
    int maxFailureTime) {

  private static final String PREFIX =
      "spi-password-hashing--" + Argon2idHashProviderFactory.ID + "--";

  private static final int MIN_MEMORY = 1024;
  private static final int MAX_MEMORY = 16 * 1024 * 1024;
  private static final int MAX_ITERATIONS = 1000;

  private static final Option<Integer> MEMORY =
      Option.number("memory", MIN_MEMORY, MAX_MEMORY, 65_536, "Memory of a new hash, KiB.");
  private static final Option<Integer> ITERATIONS =
      Option.number("iterations", 1, MAX_ITERATIONS, 3, "Passes over the memory of a new hash.");
  private static final Option<Integer> PARALLELISM =
      Option.number("parallelism", 1, Argon2Parameters.MAX_PARALLELISM, 4, "Lanes of a new hash.");
  private static final Option<Integer> HASH_LENGTH =
      Option.number("hash-length", 16, 128, 32, "Bytes of a new hash.");
  private static final Option<Integer> SALT_LENGTH =
      Option.number(
          "salt-length", Argon2Parameters.MIN_SALT_LENGTH, 64, 16, "Bytes of a new salt.");
  private static final Option<Argon2Version> VERSION =
      Option.choice(
          "version",
          new Argon2Version[] {Argon2Version.V13, Argon2Version.V10},
          Argon2Version::label,
          Argon2Version.V13,
          "Argon2 version of a new hash. Both are verified.");
  private static final Option<Integer> MAX_CONCURRENT =
      Option.number(
              "max-concurrent",
              1,
              1024,
              Runtime.getRuntime().availableProcessors(),
              "Hashes computed at once; further logins wait their turn. Peak memory is this many"
                  + " times `memory`, or one stored hash of up to `max-stored-memory` alone."
                  + " Default: the number of processors.")
          .withExplainedDefault();
  private static final Option<Boolean> NATIVE =
      Option.flag(
          "native",
          true,
          "Whether libargon2 is used where it loads. With `false`, BouncyCastle computes the same"
              + " hashes, slower.");
  private static final Option<Integer> MAX_STORED_BCRYPT_COST =
      Option.number(
          "max-stored-bcrypt-cost",
          4,
          31,
          CostLimits.DEFAULT.bcryptCost(),
          "Highest cost of a stored bcrypt hash; a costlier one is rejected.");
  private static final Option<Integer> MAX_STORED_ITERATIONS =
      Option.number(
          "max-stored-iterations",
          1000,
          999_999_999,
          CostLimits.DEFAULT.iterations(),
          "Maximum iterations of a stored PBKDF2 hash and rounds of a stored sha-crypt hash; a costlier"
              + " one is rejected.");
  private static final Option<Integer> MAX_FAILURE_TIME =
      Option.number(
          "max-failure-time",
          0,
          10_000,
          1000,
          "Longest time in milliseconds to which a failed login is extended, so that its duration"
              + " does not reveal which users have imported hashes; 0 for no delay.");
  private static final Option<Integer> COUNT_INTERVAL =
      Option.number(
          "count-interval",
          0,
          86_400,
          300,
          "Seconds between two counts of the stored hashes for the metrics; 0 for none.");

  private static final ProviderOptions OPTIONS =
      new ProviderOptions(
          PREFIX,
          MEMORY,
          ITERATIONS,
          PARALLELISM,
          HASH_LENGTH,
          SALT_LENGTH,
          VERSION,
          MAX_CONCURRENT,
          NATIVE,
          maxStoredMemory(MIN_MEMORY),
          maxStoredWork(MIN_MEMORY),
          MAX_STORED_BCRYPT_COST,
          MAX_STORED_ITERATIONS,
          MAX_FAILURE_TIME,
          COUNT_INTERVAL);

  /**
   * Returns the limit on the memory of stored hashes.
   *
   * @param least what this server writes, which it must be able to read
   */
  private static Option<Integer> maxStoredMemory(int least) {
    return Option.number(
        "max-stored-memory",
        least,
        MAX_MEMORY,
        Math.max(CostLimits.DEFAULT.memory(), least),
        "Maximum memory in KiB for the verification of a stored (imported) Argon2 or scrypt hash,"
            + " Keycloak's own `argon2` included; a costlier one is rejected. Never below `memory`."
            + " A hash that Java computes may take a quarter of the Java heap and 1 MiB at most.");
  }

  /**
   * Returns the limit on the work of stored hashes.
   *
   * @param least what this server writes, which it must be able to read
   */
  private static Option<Long> maxStoredWork(long least) {
    return Option.longNumber(
        "max-stored-work",
        least,
        (long) MAX_MEMORY * MAX_ITERATIONS,
        Math.max(CostLimits.DEFAULT.work(), least),
        "Maximum memory × passes in KiB for the verification of a stored Argon2 or scrypt hash; a"
            + " costlier one is rejected. Never below `memory` × `iterations`.");
  }

  /**
   * Reads and checks the options.
   *
   * @throws IllegalArgumentException naming the option and what is allowed
   */
  static PasswordHashingConfig of(Config.Scope scope) {
    return of(scope, Runtime.getRuntime().maxMemory());
  }

  /**
   * The same with a heap of so many bytes.
   *
   * @throws IllegalArgumentException naming the option and what is allowed
   */
  static PasswordHashingConfig of(Config.Scope scope, long heap) {
    int memory = OPTIONS.read(scope, MEMORY);
    Argon2Parameters parameters =
        new Argon2Parameters(
            Argon2Type.ID,
            OPTIONS.read(scope, VERSION),
            memory,
            OPTIONS.read(scope, ITERATIONS),
            OPTIONS.read(scope, PARALLELISM),
            OPTIONS.read(scope, HASH_LENGTH));
    return new PasswordHashingConfig(
        parameters,
        OPTIONS.read(scope, SALT_LENGTH),
        OPTIONS.read(scope, MAX_CONCURRENT),
        OPTIONS.read(scope, NATIVE),
        new CostLimits(
            OPTIONS.read(scope, maxStoredMemory(memory)),
            OPTIONS.read(scope, maxStoredWork(parameters.work())),
            OPTIONS.read(scope, MAX_STORED_BCRYPT_COST),
            OPTIONS.read(scope, MAX_STORED_ITERATIONS),
            heapForHashes(heap, memory)),
        OPTIONS.read(scope, COUNT_INTERVAL),
        OPTIONS.read(scope, MAX_FAILURE_TIME));
  }

  /**
   * KiB of the heap that all hashes may take together which Java computes.
   *
   * @param heap bytes of the server's
   * @param least what this server writes, which it must be able to read
   */
  private static int heapForHashes(long heap, int least) {
    return (int) Math.max(least, Math.min(CostLimits.shareOfHeap(heap / 1024), Integer.MAX_VALUE));
  }

  /**
   * Whether a stored hash has the scheme, the parameters and the length of salt of a new one, and
   * is of the password as typed.
   */
  boolean isCurrent(StoredHash stored) {
    try {
      return stored.algorithm().equals(Algorithms.ARGON2)
          && stored.salt().length == saltLength
          && !PasswordForm.isIn(stored.parameters())
          && Argon2Fields.read(stored.iterations(), stored.parameters()).equals(parameters);
    } catch (UnusableHashException e) {
      return false;
    }
  }

  /** The options, for Keycloak's {@code --help} and the documentation. */
  static List<ProviderConfigProperty> metadata() {
    return OPTIONS.metadata();
  }
}
