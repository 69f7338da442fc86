package dev.bulwark.password;

import dev.bulwark.password.argon2.Argon2Parameters;
import dev.bulwark.password.argon2.Argon2Type;
import dev.bulwark.password.argon2.Argon2Version;
import dev.bulwark.password.foreign.Algorithms;
import dev.bulwark.password.foreign.Argon2Fields;
import dev.bulwark.password.foreign.CostLimits;
import dev.bulwark.password.foreign.StoredHash;
import dev.bulwark.password.foreign.UnusableHashException;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.keycloak.Config;
import org.keycloak.provider.ProviderConfigProperty;
import org.keycloak.provider.ProviderConfigurationBuilder;

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

  private static final String MEMORY = "memory";
  private static final String ITERATIONS = "iterations";
  private static final String PARALLELISM = "parallelism";
  private static final String HASH_LENGTH = "hash-length";
  private static final String SALT_LENGTH = "salt-length";
  private static final String VERSION = "version";
  private static final String MAX_CONCURRENT = "max-concurrent";
  private static final String NATIVE = "native";
  private static final String MAX_STORED_MEMORY = "max-stored-memory";
  private static final String MAX_STORED_WORK = "max-stored-work";
  private static final String MAX_STORED_BCRYPT_COST = "max-stored-bcrypt-cost";
  private static final String MAX_STORED_ITERATIONS = "max-stored-iterations";
  private static final String COUNT_INTERVAL = "count-interval";
  private static final String MAX_FAILURE_TIME = "max-failure-time";

  private static final int DEFAULT_MEMORY = 65_536;
  private static final int DEFAULT_ITERATIONS = 3;
  private static final int DEFAULT_PARALLELISM = 4;
  private static final int DEFAULT_HASH_LENGTH = 32;
  private static final int DEFAULT_SALT_LENGTH = 16;
  private static final int MIN_MEMORY = 1024;
  private static final int MAX_MEMORY = 16 * 1024 * 1024;
  private static final int MAX_ITERATIONS = 1000;
  private static final int DEFAULT_COUNT_INTERVAL = 300;
  private static final int MAX_COUNT_INTERVAL = 86_400;
  private static final int DEFAULT_MAX_FAILURE_TIME = 1000;
  private static final int HIGHEST_MAX_FAILURE_TIME = 10_000;

  /**
   * Reads and checks the options.
   *
   * @throws IllegalArgumentException naming the option and what is allowed
   */
  static PasswordHashingConfig of(Config.Scope scope) {
    OptionReader options = new OptionReader(scope, PREFIX);
    int parallelism =
        options.number(PARALLELISM, DEFAULT_PARALLELISM, 1, Argon2Parameters.MAX_PARALLELISM);
    int memory = options.number(MEMORY, DEFAULT_MEMORY, MIN_MEMORY, MAX_MEMORY);
    int iterations = options.number(ITERATIONS, DEFAULT_ITERATIONS, 1, MAX_ITERATIONS);
    int hashLength = options.number(HASH_LENGTH, DEFAULT_HASH_LENGTH, 16, 128);
    String versionLabel = options.text(VERSION, Argon2Version.V13.label());
    Argon2Version version =
        Argon2Version.ofLabel(versionLabel)
            .orElseThrow(() -> options.invalid(VERSION, versionLabel, "1.3 or 1.0"));
    Argon2Parameters parameters =
        new Argon2Parameters(Argon2Type.ID, version, memory, iterations, parallelism, hashLength);
    // What this server writes it must be able to read: the limits start at the configured cost.
    int maxStoredMemory =
        options.number(
            MAX_STORED_MEMORY, Math.max(CostLimits.DEFAULT.memory(), memory), memory, MAX_MEMORY);
    long maxStoredWork =
        options.number(
            MAX_STORED_WORK,
            Math.max(CostLimits.DEFAULT.work(), parameters.work()),
            parameters.work(),
            (long) MAX_MEMORY * MAX_ITERATIONS);
    return new PasswordHashingConfig(
        parameters,
        options.number(SALT_LENGTH, DEFAULT_SALT_LENGTH, Argon2Parameters.MIN_SALT_LENGTH, 64),
        options.number(MAX_CONCURRENT, Runtime.getRuntime().availableProcessors(), 1, 1024),
        options.flag(NATIVE, true),
        new CostLimits(
            maxStoredMemory,
            maxStoredWork,
            options.number(MAX_STORED_BCRYPT_COST, CostLimits.DEFAULT.bcryptCost(), 4, 31),
            options.number(
                MAX_STORED_ITERATIONS, CostLimits.DEFAULT.iterations(), 1000, 999_999_999)),
        options.number(COUNT_INTERVAL, DEFAULT_COUNT_INTERVAL, 0, MAX_COUNT_INTERVAL),
        options.number(MAX_FAILURE_TIME, DEFAULT_MAX_FAILURE_TIME, 0, HIGHEST_MAX_FAILURE_TIME));
  }

  /** Whether a stored hash has the scheme, the parameters and the length of salt of a new one. */
  boolean isCurrent(StoredHash stored) {
    try {
      return stored.algorithm().equals(Algorithms.ARGON2)
          && stored.salt().length == saltLength
          && Argon2Fields.read(stored.iterations(), stored.parameters()).equals(parameters);
    } catch (UnusableHashException e) {
      return false;
    }
  }

  /** The options, for Keycloak's {@code --help} and the documentation. */
  static List<ProviderConfigProperty> metadata() {
    ProviderConfigurationBuilder builder = ProviderConfigurationBuilder.create();
    number(
        builder,
        MEMORY,
        DEFAULT_MEMORY,
        "Memory of a new hash in KiB, " + MIN_MEMORY + " to " + MAX_MEMORY + ".");
    number(
        builder,
        ITERATIONS,
        DEFAULT_ITERATIONS,
        "Passes over the memory of a new hash, 1 to " + MAX_ITERATIONS + ".");
    number(
        builder,
        PARALLELISM,
        DEFAULT_PARALLELISM,
        "Lanes of a new hash, 1 to " + Argon2Parameters.MAX_PARALLELISM + ".");
    number(builder, HASH_LENGTH, DEFAULT_HASH_LENGTH, "Bytes of a new hash, 16 to 128.");
    number(builder, SALT_LENGTH, DEFAULT_SALT_LENGTH, "Bytes of a new random salt, 8 to 64.");
    builder
        .property()
        .name(VERSION)
        .type(ProviderConfigProperty.STRING_TYPE)
        .options(Argon2Version.V13.label(), Argon2Version.V10.label())
        .defaultValue(Argon2Version.V13.label())
        .helpText("Argon2 version of a new hash, 1.3 (0x13) or 1.0 (0x10). Both are read.")
        .add();
    number(
        builder,
        MAX_CONCURRENT,
        null,
        "Hashes computed at once, 1 to 1024; further logins wait their turn. Peak memory is this many times the memory option."
            + " Default: the number of processors.");
    builder
        .property()
        .name(NATIVE)
        .type(ProviderConfigProperty.BOOLEAN_TYPE)
        .defaultValue(true)
        .helpText(
            "Use libargon2 where it loads. With false, BouncyCastle computes the same hashes, slower.")
        .add();
    number(
        builder,
        MAX_STORED_MEMORY,
        CostLimits.DEFAULT.memory(),
        "The most memory in KiB that verifying a stored (imported) Argon2 or scrypt hash may take; a costlier one is refused.");
    number(
        builder,
        MAX_STORED_WORK,
        CostLimits.DEFAULT.work(),
        "The most memory × passes in KiB that verifying a stored Argon2 or scrypt hash may take; a costlier one is refused.");
    number(
        builder,
        MAX_STORED_BCRYPT_COST,
        CostLimits.DEFAULT.bcryptCost(),
        "The highest cost of a stored bcrypt hash, 4 to 31; a costlier one is refused.");
    number(
        builder,
        MAX_STORED_ITERATIONS,
        CostLimits.DEFAULT.iterations(),
        "The most iterations of a stored PBKDF2 hash and rounds of a stored sha-crypt hash, 1000 to 999999999; a costlier one is refused.");
    number(
        builder,
        COUNT_INTERVAL,
        DEFAULT_COUNT_INTERVAL,
        "Seconds between two counts of the stored passwords for the metrics, 0 (none) to "
            + MAX_COUNT_INTERVAL
            + ".");
    number(
        builder,
        MAX_FAILURE_TIME,
        DEFAULT_MAX_FAILURE_TIME,
        "Milliseconds that a failed login is made to take at most, so that users with imported"
            + " hashes are not told by time, 0 (no waiting) to "
            + HIGHEST_MAX_FAILURE_TIME
            + ".");
    return builder.build();
  }

  private static void number(
      ProviderConfigurationBuilder builder,
      String name,
      @Nullable Number defaultValue,
      String help) {
    builder
        .property()
        .name(name)
        .type(ProviderConfigProperty.INTEGER_TYPE)
        .defaultValue(defaultValue)
        .helpText(help)
        .add();
  }
}
