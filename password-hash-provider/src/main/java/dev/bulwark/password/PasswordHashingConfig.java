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
import java.util.Set;
import org.keycloak.Config;
import org.keycloak.provider.ProviderConfigProperty;

/**
 * The options of provider {@value Argon2HashProviderFactory#ID}: those of Keycloak's own Argon2
 * hasher, with its names and defaults, and ours (spec P1, P6, P7). They hold for the whole server.
 *
 * @param parameters of new hashes, where the realm's policy does not ask for other iterations
 * @param cpuCores hashes of {@code parameters.memory()} KiB under way at once
 * @param useNative whether libargon2 is tried
 * @param limits the most that a stored hash may cost
 * @param countInterval seconds between two counts of the stored hashes, 0 for none
 * @param maxFailureTime milliseconds that a failed login is made to take at most, 0 for no waiting
 */
record PasswordHashingConfig(
    Argon2Parameters parameters,
    int cpuCores,
    boolean useNative,
    CostLimits limits,
    int countInterval,
    int maxFailureTime) {

  private static final String PREFIX =
      "spi-password-hashing--" + Argon2HashProviderFactory.ID + "--";

  /** Bytes of a new salt; Keycloak's. */
  static final int SALT_LENGTH = 16;

  private static final int MIN_MEMORY = 8;
  private static final int MAX_MEMORY = 16 * 1024 * 1024;
  private static final int MAX_ITERATIONS = 1000;

  /** The most iterations that a realm's policy may ask for; Keycloak takes its option for more. */
  private static final int MAX_POLICY_ITERATIONS = 100;

  private static final Option<Argon2Type> TYPE =
      Option.choice(
          "type",
          new Argon2Type[] {Argon2Type.ID, Argon2Type.D, Argon2Type.I},
          Argon2Type::label,
          Argon2Type.ID,
          "Argon2 type of a new hash. All are verified.");
  private static final Option<Argon2Version> VERSION =
      Option.choice(
          "version",
          new Argon2Version[] {Argon2Version.V13, Argon2Version.V10},
          Argon2Version::label,
          Argon2Version.V13,
          "Argon2 version of a new hash. Both are verified.");
  private static final Option<Integer> HASH_LENGTH =
      Option.number(
          "hash-length", Argon2Parameters.MIN_HASH_LENGTH, 1024, 32, "Bytes of a new hash.");
  private static final Option<Integer> MEMORY =
      Option.number(
          "memory",
          MIN_MEMORY,
          MAX_MEMORY,
          7168,
          "Memory of a new hash, KiB; at least 8 times `parallelism`.");
  private static final Option<Integer> ITERATIONS =
      Option.number(
          "iterations",
          1,
          MAX_ITERATIONS,
          5,
          "Passes over the memory of a new hash. A realm's policy `hashIterations` of 1 to 100"
              + " replaces it in that realm.");
  private static final Option<Integer> PARALLELISM =
      Option.number("parallelism", 1, 1024, 1, "Lanes of a new hash.");
  private static final Option<Integer> CPU_CORES =
      Option.number(
              "cpu-cores",
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
          TYPE,
          VERSION,
          HASH_LENGTH,
          MEMORY,
          ITERATIONS,
          PARALLELISM,
          CPU_CORES,
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
        "Maximum memory in KiB for the verification of a stored Argon2 or scrypt hash; a costlier"
            + " one is rejected. Never below `memory`. A hash that Java computes may take a quarter"
            + " of the Java heap and 1 MiB at most.");
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
            + " costlier one is rejected. Never below `memory` × `iterations`, nor below 100 times"
            + " `memory`.");
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
            OPTIONS.read(scope, TYPE),
            OPTIONS.read(scope, VERSION),
            memory,
            OPTIONS.read(scope, ITERATIONS),
            OPTIONS.read(scope, PARALLELISM),
            OPTIONS.read(scope, HASH_LENGTH));
    if (!parameters.isStandard()) {
      throw new IllegalArgumentException(
          "Option %smemory must be at least 8 times %sparallelism, is %d with %d lanes"
              .formatted(PREFIX, PREFIX, memory, parameters.parallelism()));
    }
    long mostWork =
        Math.max(parameters.work(), parameters.withIterations(MAX_POLICY_ITERATIONS).work());
    return new PasswordHashingConfig(
        parameters,
        OPTIONS.read(scope, CPU_CORES),
        OPTIONS.read(scope, NATIVE),
        new CostLimits(
            OPTIONS.read(scope, maxStoredMemory(memory)),
            OPTIONS.read(scope, maxStoredWork(mostWork)),
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
   * Returns the parameters of a new hash in a realm.
   *
   * <p>As with Keycloak's own hasher, a policy {@code hashIterations} of 1 to 100 counts and a
   * larger one does not, because it is meant for PBKDF2. Keycloak's hasher leaves the policy out
   * when it looks whether a hash is current. So in a realm with this policy it hashes again at each
   * login. Here both use these parameters: the realm gets the iterations that it asks for, once.
   *
   * @param policyIterations of the realm's policy; any number, -1 for none
   */
  Argon2Parameters parameters(int policyIterations) {
    return policyIterations < 1 || policyIterations > MAX_POLICY_ITERATIONS
        ? parameters
        : parameters.withIterations(policyIterations);
  }

  /**
   * Whether a stored hash has the scheme, the parameters and the length of salt of a new one in a
   * realm, and is of the password as typed.
   *
   * @param policyIterations as for {@link #parameters(int)}
   */
  boolean isCurrent(StoredHash stored, int policyIterations) {
    try {
      return stored.algorithm().equals(Algorithms.ARGON2)
          && stored.salt().length == SALT_LENGTH
          && !PasswordForm.isIn(stored.parameters())
          && Argon2Fields.read(stored.iterations(), stored.parameters())
              .equals(parameters(policyIterations));
    } catch (UnusableHashException e) {
      return false;
    }
  }

  /** Full names of options that are set and not among these, such as those of a later Keycloak. */
  static Set<String> unknown(Config.Scope scope) {
    return OPTIONS.unknown(scope);
  }

  /** The options, for Keycloak's {@code --help} and the documentation. */
  static List<ProviderConfigProperty> metadata() {
    return OPTIONS.metadata();
  }
}
