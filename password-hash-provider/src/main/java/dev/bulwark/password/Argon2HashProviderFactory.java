package dev.bulwark.password;

import com.github.benmanes.caffeine.cache.Ticker;
import dev.bulwark.credential.OutdatedHash;
import dev.bulwark.password.PasswordMetrics.Operation;
import dev.bulwark.password.argon2.Argon2Engine;
import dev.bulwark.password.argon2.Argon2Engines;
import dev.bulwark.password.argon2.Argon2Parameters;
import dev.bulwark.password.foreign.Algorithms;
import dev.bulwark.password.foreign.PasswordForm;
import dev.bulwark.password.stored.StoredHashGauges;
import dev.bulwark.password.timing.FailureTimes;
import dev.bulwark.password.timing.SessionWork;
import dev.bulwark.status.PartReport;
import dev.bulwark.status.ReportsPart;
import dev.bulwark.trace.Spans;
import io.micrometer.core.instrument.Metrics;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.LongConsumer;
import java.util.function.Predicate;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;
import org.keycloak.Config;
import org.keycloak.common.Profile;
import org.keycloak.credential.hash.PasswordHashProvider;
import org.keycloak.credential.hash.PasswordHashProviderFactory;
import org.keycloak.crypto.hash.Argon2PasswordHashProviderFactory;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.KeycloakSessionFactory;
import org.keycloak.models.RealmModel;
import org.keycloak.models.credential.PasswordCredentialModel;
import org.keycloak.models.utils.PostMigrationEvent;
import org.keycloak.provider.EnvironmentDependentProviderFactory;
import org.keycloak.provider.ProviderConfigProperty;
import org.keycloak.provider.ServerInfoAwareProviderFactory;

/**
 * Provider {@value #ID} of SPI {@code password-hashing} in place of Keycloak's own. It stores what
 * Keycloak's stores, so either reads the hashes of the other.
 */
public final class Argon2HashProviderFactory
    implements PasswordHashProviderFactory,
        EnvironmentDependentProviderFactory,
        ServerInfoAwareProviderFactory,
        ReportsPart {

  /** Keycloak's, also stored in every credential. */
  public static final String ID = Algorithms.ARGON2;

  /** Before Keycloak's own: the highest order is the server's default hasher. */
  private static final int ORDER = new Argon2PasswordHashProviderFactory().order() + 1;

  private static final byte[] DUMMY_PASSWORD = new byte[16];

  private static final String PART = "password-hashing";
  private static final Logger LOG = Logger.getLogger(Argon2HashProviderFactory.class);

  private final Spans spans = new Spans();
  private @Nullable PasswordHashingConfig config;
  private @Nullable Argon2Engine engine;
  private @Nullable PasswordHashing hashing;
  private @Nullable StoredHashGauges stored;
  private @Nullable FailureTimes failureTimes;
  private Map<String, String> operationalInfo = Map.of();

  @Override
  public void init(Config.Scope scope) {
    PasswordHashingConfig options = PasswordHashingConfig.of(scope);
    PasswordHashingConfig.unknown(scope)
        .forEach(name -> LOG.warnf("Option %s is unknown here and has no effect", name));
    init(options, Argon2Engines.choose(options.useNative()));
  }

  void init(PasswordHashingConfig options, Argon2Engines.Choice choice) {
    Argon2Engine chosen = choice.engine();
    choice
        .fallbackReason()
        .ifPresent(
            reason ->
                LOG.warnf(
                    "libargon2 cannot be used. BouncyCastle computes Argon2 instead, which is"
                        + " slower: %s",
                    reason));
    HashPermits permits =
        new HashPermits(options.cpuCores(), options.parameters().memory(), options.limits().heap());
    PasswordMetrics metrics =
        new PasswordMetrics(Metrics.globalRegistry, permits, chosen.isNative());
    config = options;
    engine = chosen;
    hashing = new PasswordHashing(permits, metrics, options.limits(), spans);
    failureTimes =
        new FailureTimes(Duration.ofMillis(options.maxFailureTime()), Ticker.systemTicker());
    if (options.countInterval() > 0) {
      stored =
          new StoredHashGauges(Metrics.globalRegistry, Duration.ofSeconds(options.countInterval()));
    }
    Duration probe = probe(chosen, options);
    LOG.infof(
        "Argon2%s by %s: m=%s KiB, t=%s, p=%s takes %s ms; %s at once",
        options.parameters().type().label(),
        chosen.description(),
        options.parameters().memory(),
        options.parameters().iterations(),
        options.parameters().parallelism(),
        probe.toMillis(),
        options.cpuCores());
    operationalInfo = new LinkedHashMap<>();
    operationalInfo.put("engine", chosen.description());
    operationalInfo.put("parameters", options.parameters().toString());
    operationalInfo.put("probe-ms", Long.toString(probe.toMillis()));
    operationalInfo.put("cpu-cores", Integer.toString(options.cpuCores()));
  }

  /**
   * One hash at the configured cost: also shows at once, and not at the first login, that the
   * memory can be had.
   */
  private static Duration probe(Argon2Engine engine, PasswordHashingConfig options) {
    long start = System.nanoTime();
    engine.hash(options.parameters(), new byte[0], new byte[PasswordHashingConfig.SALT_LENGTH]);
    return Duration.ofNanos(System.nanoTime() - start);
  }

  @Override
  public PasswordHashProvider create(KeycloakSession session) {
    if (config == null || engine == null || hashing == null) {
      throw new IllegalStateException("init() has not run");
    }
    return new Argon2HashProvider(
        config,
        engine,
        hashing,
        () -> CurrentUser.id(session),
        work(session),
        () -> policyIterations(session),
        outdated -> reportOutdated(session, outdated));
  }

  /**
   * Reports a hash to the login that has verified it, which replaces it, and counts what became of
   * that.
   *
   * @return whether it is replaced there, so that Keycloak is to leave it as it is
   */
  public boolean reportOutdated(KeycloakSession session, PasswordCredentialModel outdated) {
    return OutdatedHash.report(session, outdated, hashing()::replaced);
  }

  /** What is computed for the request of a session, by whichever hasher. */
  SessionWork work(KeycloakSession session) {
    if (failureTimes == null) {
      throw new IllegalStateException("init() has not run");
    }
    return SessionWork.of(
        session, failureTimes, computed -> dummy(policyIterations(session), computed));
  }

  private static int policyIterations(KeycloakSession session) {
    @Nullable RealmModel realm = session.getContext().getRealm();
    return realm == null ? -1 : realm.getPasswordPolicy().getHashIterations();
  }

  /** A hash of a realm's current parameters for nobody. */
  private void dummy(int policyIterations, LongConsumer computed) {
    if (config == null || engine == null) {
      throw new IllegalStateException("init() has not run");
    }
    Argon2Parameters parameters = config.parameters(policyIterations);
    Argon2Engine chosen = engine;
    byte[] salt = new byte[PasswordHashingConfig.SALT_LENGTH];
    hashing()
        .hash(
            Operation.DUMMY,
            ID,
            parameters.kib(),
            chosen.heap(parameters),
            () -> chosen.hash(parameters, DUMMY_PASSWORD, salt),
            computed);
  }

  /**
   * Verifies a password with one of Keycloak's own PBKDF2 hashers, within the limits for stored
   * hashes and behind the permits.
   *
   * @param leastIterations iterations that are allowed whatever the limits say; any number
   * @param matches computes the hash of the password in the form it is given, and compares it
   * @param computed told the nanoseconds that it took; not called where nothing was computed
   * @return whether the password is right; false for a hash that costs more than the limits
   */
  public boolean verify(
      KeycloakSession session,
      PasswordCredentialModel credential,
      int leastIterations,
      Predicate<PasswordForm> matches,
      LongConsumer computed) {
    return hashing()
        .verify(credential, leastIterations, matches, () -> CurrentUser.id(session), computed);
  }

  /** What the verifiers of other algorithms share with this one. */
  PasswordHashing hashing() {
    if (hashing == null) {
      throw new IllegalStateException("init() has not run");
    }
    return hashing;
  }

  @Override
  public void postInit(KeycloakSessionFactory factory) {
    spans.startWith(factory);
    StoredHashGauges gauges = stored;
    if (gauges != null) {
      factory.register(
          event -> {
            if (event instanceof PostMigrationEvent) {
              gauges.start(factory);
            }
          });
    }
  }

  @Override
  public void close() {
    if (stored != null) {
      stored.close();
    }
    if (hashing != null) {
      hashing.close();
    }
  }

  @Override
  public String getId() {
    return ID;
  }

  @Override
  public int order() {
    return ORDER;
  }

  @Override
  public PartReport report(KeycloakSession session, RealmModel realm) {
    Argon2Engine chosen = Objects.requireNonNull(engine, "init() runs first");
    PartReport report;
    if (chosen.isNative()) {
      report = PartReport.working(PART, "native");
    } else if (Objects.requireNonNull(config, "init() runs first").useNative()) {
      report = PartReport.trouble(PART, "library-missing");
    } else {
      report = PartReport.working(PART, "java");
    }
    return report.with("engine", chosen.description());
  }

  /** As Keycloak's own Argon2: not where FIPS 140 forbids it. */
  @Override
  public boolean isSupported(Config.Scope scope) {
    return !Profile.isFeatureEnabled(Profile.Feature.FIPS);
  }

  @Override
  public List<ProviderConfigProperty> getConfigMetadata() {
    return PasswordHashingConfig.metadata();
  }

  @Override
  public Map<String, String> getOperationalInfo() {
    return Map.copyOf(operationalInfo);
  }
}
