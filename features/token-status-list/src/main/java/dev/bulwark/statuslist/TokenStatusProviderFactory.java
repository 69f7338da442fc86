package dev.bulwark.statuslist;

import dev.bulwark.contract.KeycloakFeature;
import dev.bulwark.contract.Revocation;
import dev.bulwark.contract.RevocationObserver;
import dev.bulwark.factory.RealmSwitches;
import dev.bulwark.statuslist.store.StatusDatabase;
import dev.bulwark.statuslist.store.StatusLists;
import dev.bulwark.statuslist.store.StatusReference;
import dev.bulwark.statuslist.store.StatusTables;
import io.micrometer.core.instrument.Metrics;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.keycloak.Config;
import org.keycloak.connections.jpa.JpaConnectionProvider;
import org.keycloak.connections.jpa.JpaConnectionProviderFactory;
import org.keycloak.events.EventListenerProvider;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.KeycloakSessionFactory;
import org.keycloak.models.utils.PostMigrationEvent;
import org.keycloak.provider.EnvironmentDependentProviderFactory;
import org.keycloak.provider.Provider;
import org.keycloak.provider.ProviderConfigProperty;
import org.keycloak.services.resource.RealmResourceProvider;
import org.keycloak.services.resource.RealmResourceProviderFactory;

/**
 * Owns the lists, registers {@code /realms/{realm}/token-status}, and learns from the ledger what
 * is revoked. Where the running Keycloak lacks the hook of the ledger, or the order in which such
 * hooks run, the endpoint does not exist.
 */
public final class TokenStatusProviderFactory
    implements RealmResourceProviderFactory,
        RevocationObserver,
        EnvironmentDependentProviderFactory {

  static final String ID = RevocationObserver.RESOURCE;

  /** Databases for which the tables are not made. */
  private static final List<String> UNSUPPORTED = List.of("oracle", "microsoft");

  /** Of a statement. The bits of a list of a million revoked tokens are read in a second or two. */
  private static final Duration STATEMENT_LIMIT = Duration.ofSeconds(10);

  private @Nullable TokenStatusConfig config;
  private volatile @Nullable StatusTables tables;
  private volatile @Nullable TokenStatus status;
  private volatile Revocation revocation = Revocation.NONE;

  @Override
  public String getId() {
    return ID;
  }

  @Override
  public boolean isSupported(Config.Scope scope) {
    return KeycloakFeature.TOKEN_LEDGER.isPresent();
  }

  @Override
  public void init(Config.Scope scope) {
    config = TokenStatusConfig.of(scope);
  }

  @Override
  public void postInit(KeycloakSessionFactory factory) {
    JpaConnectionProviderFactory jpa =
        (JpaConnectionProviderFactory) factory.getProviderFactory(JpaConnectionProvider.class);
    if (jpa == null) {
      return;
    }
    if (factory.getProviderFactory(EventListenerProvider.class, Revocation.LISTENER)
        instanceof Revocation found) {
      revocation = found;
    }
    StatusTables own = new StatusTables(Objects.requireNonNullElse(jpa.getSchema(), ""));
    tables = own;
    // The tables are there then.
    factory.register(
        event -> {
          if (event instanceof PostMigrationEvent) {
            start(jpa, own);
          }
        });
  }

  /** Closed before it. */
  @Override
  public Set<Class<? extends Provider>> dependsOn() {
    return Set.of(JpaConnectionProvider.class);
  }

  private synchronized void start(JpaConnectionProviderFactory jpa, StatusTables own) {
    if (status != null) {
      return;
    }
    String product = product(jpa);
    // The ledger, and so the lists, support other databases only.
    if (UNSUPPORTED.stream().anyMatch(product::contains)) {
      return;
    }
    // H2 would keep the limit with the connection. Its waits for locks end after two seconds.
    Duration limit = product.equals("h2") ? Duration.ZERO : STATEMENT_LIMIT;
    status =
        new TokenStatus(
            Objects.requireNonNull(config, "init() runs first"),
            new StatusDatabase(jpa::getConnection, own, limit),
            Clock.systemUTC(),
            new StatusListMetrics(Metrics.globalRegistry));
  }

  /** Returns the name of the database, in lower case. */
  private static String product(JpaConnectionProviderFactory jpa) {
    try (Connection connection = jpa.getConnection()) {
      return connection.getMetaData().getDatabaseProductName().toLowerCase(Locale.ROOT);
    } catch (SQLException e) {
      throw new IllegalStateException("The database cannot be asked for its name", e);
    }
  }

  /** Null until the server has started, and where the database is not supported. */
  @Nullable TokenStatus status() {
    return status;
  }

  /** Whether the realm of the request has revocation, without which its lists would not change. */
  boolean isOn(KeycloakSession session) {
    return RealmSwitches.isRevocationOn(session, revocation);
  }

  @Override
  public RealmResourceProvider create(KeycloakSession session) {
    TokenStatus running = status;
    return new RealmResourceProvider() {
      /** Null, which Keycloak answers with 404, where there are no lists. */
      @Override
      public @Nullable Object getResource() {
        return running == null || !isOn(session) ? null : new TokenStatusResource(session, running);
      }

      @Override
      public void close() {}
    };
  }

  @Override
  public void revoking(Connection connection, Collection<String> jtis) throws SQLException {
    List<StatusReference> places = StatusLists.places(jtis);
    if (!places.isEmpty()) {
      tables().insertBits(connection, places);
    }
  }

  @Override
  public void complete(Connection connection, long until, Map<String, Long> held)
      throws SQLException {
    tables().completeUntil(connection, until, held);
  }

  private StatusTables tables() {
    return Objects.requireNonNull(tables, "postInit() runs first");
  }

  @Override
  public List<ProviderConfigProperty> getConfigMetadata() {
    return TokenStatusConfig.metadata();
  }

  @Override
  public synchronized void close() {
    TokenStatus open = status;
    if (open != null) {
      open.close();
    }
  }
}
