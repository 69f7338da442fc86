package dev.bulwark.backchannel;

import dev.bulwark.backchannel.delivery.BackchannelLogoutConfig;
import dev.bulwark.backchannel.delivery.Dispatcher;
import dev.bulwark.backchannel.outbox.LogoutOutbox;
import dev.bulwark.backchannel.outbox.LogoutReceiver;
import dev.bulwark.backchannel.outbox.LogoutReceivers;
import dev.bulwark.backchannel.outbox.RealmSwitch;
import dev.bulwark.backchannel.rest.BackchannelLogoutResource;
import dev.bulwark.backchannel.search.ExpirySearch;
import dev.bulwark.contract.KeycloakFeature;
import dev.bulwark.delivery.DeliveryClock;
import dev.bulwark.delivery.DeliveryMeters;
import dev.bulwark.delivery.Outcome;
import dev.bulwark.removal.WatchedPersisterFactory;
import dev.bulwark.status.PartReport;
import dev.bulwark.status.ReportsPart;
import io.micrometer.core.instrument.Metrics;
import java.time.Instant;
import java.util.EnumSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;
import org.keycloak.Config;
import org.keycloak.common.Version;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.KeycloakSessionFactory;
import org.keycloak.models.RealmModel;
import org.keycloak.models.utils.PostMigrationEvent;
import org.keycloak.provider.ProviderConfigProperty;
import org.keycloak.services.resources.admin.AdminEventBuilder;
import org.keycloak.services.resources.admin.ext.AdminRealmResourceProvider;
import org.keycloak.services.resources.admin.ext.AdminRealmResourceProviderFactory;
import org.keycloak.services.resources.admin.fgap.AdminPermissionEvaluator;

/**
 * Registers {@code /admin/realms/{realm}/backchannel-logout}, and owns the options, the threads and
 * the meters of the module.
 */
public final class BackchannelLogoutProviderFactory
    implements AdminRealmResourceProviderFactory, ReportsPart {

  private static final String PART = "logout-notices";
  private static final Logger LOG = Logger.getLogger(BackchannelLogoutProviderFactory.class);

  private @Nullable BackchannelLogoutConfig config;
  private @Nullable Dispatcher dispatcher;
  private @Nullable SearchSchedule schedule;
  private @Nullable DeliveryMeters metrics;

  private final DeliveryClock clock = new DeliveryClock();

  private final AdminRealmResourceProvider provider =
      new AdminRealmResourceProvider() {
        @Override
        public Object getResource(
            KeycloakSession session,
            RealmModel realm,
            AdminPermissionEvaluator auth,
            AdminEventBuilder adminEvent) {
          return new BackchannelLogoutResource(
              session, realm, auth, adminEvent, clock, () -> wake(Set.of()));
        }

        @Override
        public void close() {}
      };

  /** The one of a server. */
  static BackchannelLogoutProviderFactory of(KeycloakSessionFactory factory) {
    return (BackchannelLogoutProviderFactory)
        factory.getProviderFactory(AdminRealmResourceProvider.class, BackchannelLogoutConfig.ID);
  }

  /**
   * {@inheritDoc}
   *
   * @throws IllegalArgumentException naming the option that is invalid
   */
  @Override
  public void init(Config.Scope scope) {
    config = BackchannelLogoutConfig.of(scope);
  }

  /** Whether the running Keycloak has what the module needs: it came with the same versions. */
  static boolean isDurable() {
    return KeycloakFeature.TOKEN_LEDGER.isPresent();
  }

  @Override
  public void postInit(KeycloakSessionFactory factory) {
    if (!isDurable()) {
      LOG.warnf(
          "Logout notices are not stored on Keycloak %s: it sends each of them once. They are"
              + " stored since %s",
          Version.VERSION, KeycloakFeature.TOKEN_LEDGER.availableIn());
      return;
    }
    DeliveryMeters meters =
        new DeliveryMeters(
            Metrics.globalRegistry,
            "bulwark.backchannel.logout",
            "notices",
            EnumSet.allOf(Outcome.class),
            clock::millis);
    Dispatcher delivering =
        new Dispatcher(factory, Objects.requireNonNull(config, "init() runs first"), meters, clock);
    ExpirySearch search = new ExpirySearch(factory, clock);
    SearchSchedule searching = new SearchSchedule(search, delivering);
    metrics = meters;
    dispatcher = delivering;
    schedule = searching;
    WatchedPersisterFactory.register(factory, new RemovedSessionNotices(search));
    // The tables are there then.
    factory.register(
        event -> {
          if (event instanceof PostMigrationEvent) {
            delivering.start();
            searching.start();
          }
        });
  }

  @Override
  public PartReport report(KeycloakSession session, RealmModel realm) {
    if (!RealmSwitch.isOn(realm)) {
      return PartReport.off(PART, "not-switched-on");
    }
    if (!isDurable()) {
      return PartReport.trouble(PART, "unsupported-keycloak").with("version", Version.VERSION);
    }
    List<LogoutReceiver> failing =
        new LogoutReceivers(session)
            .ofRealm(realm.getId()).stream()
                .filter(receiver -> receiver.getFailingSince() > 0)
                .toList();
    long dead = new LogoutOutbox(session).dead(realm.getId());
    PartReport report;
    if (!failing.isEmpty()) {
      long since = failing.stream().mapToLong(LogoutReceiver::getFailingSince).min().orElseThrow();
      report =
          PartReport.trouble(PART, "receivers-fail")
              .with("count", failing.size())
              .with("since", Instant.ofEpochMilli(since));
    } else if (dead > 0) {
      report = PartReport.trouble(PART, "dead-letters");
    } else {
      report = PartReport.working(PART, "delivering");
    }
    return report.with("dead", dead);
  }

  /** The clock of the times in notices. */
  DeliveryClock clock() {
    return clock;
  }

  /** Notices for some clients were committed. */
  void wake(Set<String> clientIds) {
    if (dispatcher != null) {
      dispatcher.wake(clientIds);
    }
  }

  @Override
  public AdminRealmResourceProvider create(KeycloakSession session) {
    return provider;
  }

  @Override
  public void close() {
    if (schedule != null) {
      schedule.close();
    }
    if (dispatcher != null) {
      dispatcher.close();
    }
    if (metrics != null) {
      metrics.close();
    }
  }

  @Override
  public String getId() {
    return BackchannelLogoutConfig.ID;
  }

  @Override
  public List<ProviderConfigProperty> getConfigMetadata() {
    return BackchannelLogoutConfig.metadata();
  }
}
