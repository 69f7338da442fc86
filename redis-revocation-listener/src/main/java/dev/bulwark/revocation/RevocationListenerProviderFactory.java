package dev.bulwark.revocation;

import dev.bulwark.contract.KeycloakFeature;
import dev.bulwark.contract.Revocation;
import dev.bulwark.contract.RevocationObserver;
import dev.bulwark.factory.RealmSwitches;
import dev.bulwark.redis.RedisConnectionProvider;
import dev.bulwark.redis.RedisConnectionProviderFactory;
import dev.bulwark.removal.WatchedPersisterFactory;
import dev.bulwark.revocation.events.ModelEventEndings;
import dev.bulwark.revocation.ledger.LedgerDatabase;
import dev.bulwark.revocation.metrics.RevocationMetrics;
import dev.bulwark.revocation.rules.Ending;
import dev.bulwark.revocation.sessions.EndedSessionEviction;
import dev.bulwark.revocation.sessions.KeycloakSessionCaches;
import dev.bulwark.revocation.sql.ConnectionSource;
import dev.bulwark.revocation.sql.SqlDialect;
import dev.bulwark.revocation.verify.DeprecatedFeature;
import dev.bulwark.revocation.verify.KeycloakTokenOracle;
import dev.bulwark.revocation.verify.RealmIssuers;
import dev.bulwark.revocation.verify.SessionlessTokens;
import dev.bulwark.revocation.worker.SwitchedRealms;
import dev.bulwark.status.PartReport;
import dev.bulwark.status.ReportsPart;
import dev.bulwark.trace.Spans;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Metrics;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;
import org.keycloak.Config;
import org.keycloak.common.Version;
import org.keycloak.common.util.Time;
import org.keycloak.connections.jpa.JpaConnectionProvider;
import org.keycloak.connections.jpa.JpaConnectionProviderFactory;
import org.keycloak.events.Event;
import org.keycloak.events.EventListenerProvider;
import org.keycloak.events.EventListenerProviderFactory;
import org.keycloak.events.admin.AdminEvent;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.KeycloakSessionFactory;
import org.keycloak.models.RealmModel;
import org.keycloak.models.utils.KeycloakModelUtils;
import org.keycloak.models.utils.PostMigrationEvent;
import org.keycloak.provider.Provider;
import org.keycloak.provider.ProviderConfigProperty;
import org.keycloak.provider.ProviderEvent;
import org.keycloak.provider.ServerInfoAwareProviderFactory;
import org.keycloak.services.resource.RealmResourceProvider;

/** Owns the revocation. A realm switches it on by listing this event listener. */
public final class RevocationListenerProviderFactory
    implements EventListenerProviderFactory,
        ServerInfoAwareProviderFactory,
        Revocation,
        ReportsPart {

  /** Id of the listener. */
  public static final String ID = Revocation.LISTENER;

  private static final Logger LOG = Logger.getLogger(RevocationListenerProviderFactory.class);

  /** For the health check: Quarkus makes it, and Keycloak's session factory is no bean for it. */
  private static volatile @Nullable RevocationService running;

  private static volatile @Nullable String off;

  private final Spans spans = new Spans();
  private @Nullable RevocationConfig config;
  private volatile @Nullable RevocationService service;

  @Override
  public String getId() {
    return ID;
  }

  @Override
  public void init(Config.Scope scope) {
    config = RevocationConfig.from(scope);
  }

  @Override
  public void postInit(KeycloakSessionFactory factory) {
    spans.startWith(factory);
    factory.register(this::onProviderEvent);
    WatchedPersisterFactory.register(factory, new SessionEndRecorder());
  }

  /** Closed before they are, so that the leases can be given back. */
  @Override
  public Set<Class<? extends Provider>> dependsOn() {
    return Set.of(JpaConnectionProvider.class, RedisConnectionProvider.class);
  }

  /** What does nothing: {@link RevocationEventsFactory} hears the events. */
  @Override
  public EventListenerProvider create(KeycloakSession session) {
    return new EventListenerProvider() {
      @Override
      public void onEvent(Event event) {}

      @Override
      public void onEvent(AdminEvent event, boolean includeRepresentation) {}

      @Override
      public void close() {}
    };
  }

  /** Null until the server has started. */
  @Nullable RevocationService service() {
    return service;
  }

  /** The service of this server, null before its start and after its end. */
  static @Nullable RevocationService running() {
    return running;
  }

  /** Why the revocation does not run on this server; null where it does. */
  static @Nullable String off() {
    return off;
  }

  @Override
  public boolean isOn(String realmId, boolean isListed) {
    RevocationService started = service;
    return started != null && started.realms().isOn(realmId, isListed);
  }

  @Override
  public PartReport report(KeycloakSession session, RealmModel realm) {
    RevocationService started = service;
    if (started == null) {
      return RealmSwitches.listsRevocation(realm)
          ? PartReport.trouble(RevocationPart.PART, "not-running")
              .with("cause", Objects.requireNonNullElse(off, ""))
          : PartReport.off(RevocationPart.PART, "not-switched-on");
    }
    if (!started.realms().isOn(realm.getId(), RealmSwitches.listsRevocation(realm))) {
      // It may still be cared for, when it is new or was on: nobody has a use for that.
      return started.isWanted(realm)
          ? PartReport.working(RevocationPart.PART, "starting")
          : PartReport.off(RevocationPart.PART, "not-switched-on");
    }
    try {
      return RevocationPart.of(
          started.report().feed(realm.getName()),
          RevocationHealthCheck.isStalled(started.metrics()),
          Clock.systemUTC());
    } catch (SQLException e) {
      LOG.debug("Redis cannot be compared with the database", e);
      return PartReport.trouble(RevocationPart.PART, "database-slow");
    }
  }

  private boolean isWanted(RealmModel realm) {
    return KeycloakFeature.TOKEN_LEDGER.isPresent()
        && config != null
        && (config.everywhere() || RealmSwitches.listsRevocation(realm));
  }

  @Override
  public boolean confirm(String realmId, String userId, Duration limit) {
    RevocationService started = service;
    return started != null && started.confirm(realmId, userId, limit);
  }

  private void onProviderEvent(ProviderEvent event) {
    if (event instanceof PostMigrationEvent migrated) {
      start(migrated.getFactory());
      return;
    }
    RevocationService started = service;
    if (event instanceof RealmModel.RealmPostCreateEvent made) {
      RealmModel realm = made.getCreatedRealm();
      if (off == null && isWanted(realm)) {
        new RealmMaking(made.getKeycloakSession(), started).made(realm);
      }
      return;
    }
    if (started == null) {
      return;
    }
    try {
      List<Ending> endings = ModelEventEndings.of(event, Time.currentTimeMillis());
      KeycloakSession session = endings.isEmpty() ? null : ModelEventEndings.session(event);
      if (session != null) {
        new EndingRecorder(session, started).record(endings);
      }
    } catch (RuntimeException e) {
      // An exception here would undo the change that is being reported.
      LOG.error(
          "A change of the model could not be processed. The whole ledger is "
              + "compared to find its tokens",
          e);
      started.compareSoon();
    }
  }

  private synchronized void start(KeycloakSessionFactory factory) {
    if (service != null || config == null) {
      return;
    }
    if (!KeycloakFeature.TOKEN_LEDGER.isPresent()) {
      switchOff("unsupported Keycloak (" + Version.VERSION + ")");
      LOG.errorf(
          "Tokens are not revoked in Redis: Keycloak %s lacks what the ledger of issued "
              + "tokens needs. Keycloak %s has it. All other parts of the bundle work. "
              + "Applications must introspect tokens to detect a logout.",
          Version.VERSION, KeycloakFeature.TOKEN_LEDGER.availableIn());
      return;
    }
    JpaConnectionProviderFactory jpa =
        (JpaConnectionProviderFactory) factory.getProviderFactory(JpaConnectionProvider.class);
    RedisConnectionProviderFactory redis =
        (RedisConnectionProviderFactory) factory.getProviderFactory(RedisConnectionProvider.class);
    if (jpa == null || redis == null) {
      LOG.error("Tokens are not revoked in Redis: the Redis connection or JPA is disabled.");
      return;
    }
    String product = productName(jpa);
    Optional<SqlDialect> dialect = SqlDialect.of(product);
    if (dialect.isEmpty()) {
      switchOff("unsupported database (" + product + ")");
      LOG.errorf(
          "Tokens are not revoked in Redis: the token ledger supports PostgreSQL, "
              + "MariaDB, MySQL and H2, not %s. All other parts of the bundle work. "
              + "Applications must introspect tokens to detect a logout.",
          product);
      return;
    }
    String schema = jpa.getSchema();
    LedgerDatabase database =
        new LedgerDatabase(
            ConnectionSource.ofKeycloak(jpa::getConnection),
            dialect.get(),
            schema == null ? "" : schema);
    boolean onlineIsStored = sessionsInDatabase();
    RevocationService started =
        new RevocationService(
            config,
            database,
            realms(database),
            redis.connection(),
            new KeycloakTokenOracle(factory, onlineIsStored),
            new SessionlessTokens(factory)::end,
            onlineIsStored,
            ChangeRecorder.begin(factory),
            new EndedSessionEviction(caches(factory, onlineIsStored), Clock.systemUTC()),
            addresses(factory),
            observer(factory),
            new RevocationMetrics(Metrics.globalRegistry, Clock.systemUTC()),
            spans,
            Clock.systemUTC());
    started.start();
    service = started;
    running = started;
  }

  private static String addresses(KeycloakSessionFactory factory) {
    return KeycloakModelUtils.runJobInTransactionWithResult(factory, RealmIssuers::addresses);
  }

  private static RevocationObserver observer(KeycloakSessionFactory factory) {
    return factory.getProviderFactory(RealmResourceProvider.class, RevocationObserver.RESOURCE)
            instanceof RevocationObserver found
        ? found
        : RevocationObserver.NONE;
  }

  /** Sessions that are in the caches alone must not be taken out of them. */
  private static EndedSessionEviction.Cache caches(
      KeycloakSessionFactory factory, boolean onlineIsStored) {
    return onlineIsStored
        ? KeycloakModelUtils.runJobInTransactionWithResult(factory, KeycloakSessionCaches::of)
        : (sessionId, offline) -> {};
  }

  private static boolean sessionsInDatabase() {
    boolean stored =
        DeprecatedFeature.PERSISTENT_USER_SESSIONS.isEnabled()
            && !DeprecatedFeature.CLUSTERLESS.isEnabled();
    if (!stored) {
      LOG.warn(
          "Keycloak does not write online sessions to its database (feature "
              + "persistent-user-sessions is off, or clusterless is on). So the "
              + "reconciler asks Keycloak about every token of an online session, which "
              + "is slow with many tokens.");
    }
    return stored;
  }

  private SwitchedRealms realms(LedgerDatabase database) {
    SwitchedRealms realms =
        new SwitchedRealms(
            database,
            Objects.requireNonNull(config, "init() runs first").everywhere(),
            Clock.systemUTC(),
            System::nanoTime);
    try {
      realms.begin();
      return realms;
    } catch (SQLException e) {
      throw new IllegalStateException("The ledger of tokens cannot be read", e);
    }
  }

  private static String productName(JpaConnectionProviderFactory jpa) {
    try (Connection connection = jpa.getConnection()) {
      return connection.getMetaData().getDatabaseProductName();
    } catch (SQLException e) {
      throw new IllegalStateException("The database cannot be asked for its name", e);
    }
  }

  /** The rest of the bundle does not need the ledger. */
  private static void switchOff(String reason) {
    off = "off: " + reason;
    Gauge.builder("bulwark.revocation.off", () -> 1)
        .description("1 where tokens are not revoked in Redis: unsupported database or Keycloak")
        .register(Metrics.globalRegistry);
  }

  @Override
  public synchronized void close() {
    RevocationService open = service;
    service = null;
    running = null;
    if (open != null) {
      open.close();
    }
  }

  @Override
  public List<ProviderConfigProperty> getConfigMetadata() {
    return RevocationConfig.metadata();
  }

  @Override
  public Map<String, String> getOperationalInfo() {
    String version = getClass().getPackage().getImplementationVersion();
    return Map.of("bulwark-version", version == null ? "development" : version);
  }
}
