package dev.bulwark.notify;

import dev.bulwark.options.Option;
import dev.bulwark.options.ProviderOptions;
import dev.bulwark.status.PartReport;
import dev.bulwark.status.ReportsPart;
import io.micrometer.core.instrument.Metrics;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.keycloak.Config;
import org.keycloak.events.EventListenerProvider;
import org.keycloak.events.EventListenerProviderFactory;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.KeycloakSessionFactory;
import org.keycloak.models.RealmModel;
import org.keycloak.provider.ProviderConfigProperty;

/**
 * Event listener {@value #ID}: a realm that names it in its event listeners mails its users. The
 * factory owns the queue of mails.
 */
public final class NotificationListenerFactory
    implements EventListenerProviderFactory, ReportsPart {

  /** Part of every realm's stored list of event listeners: a data format, never to change. */
  public static final String ID = "bulwark-notifications";

  private static final String PART = "mails";

  private static final Option<Boolean> NEW_DEVICE =
      Option.flag(
          "new-device",
          true,
          "Whether users get a mail about logins in a browser in which they have not logged in"
              + " before.");
  private static final ProviderOptions OPTIONS =
      new ProviderOptions("spi-events-listener--" + ID + "--", NEW_DEVICE);

  private boolean newDevices = true;
  private @Nullable MailQueue mails;

  /**
   * {@inheritDoc}
   *
   * @throws IllegalArgumentException naming the option that is invalid
   */
  @Override
  public void init(Config.Scope scope) {
    newDevices = OPTIONS.read(scope, NEW_DEVICE);
  }

  @Override
  public void postInit(KeycloakSessionFactory factory) {
    mails = new MailQueue(factory, new NotificationMetrics(Metrics.globalRegistry));
  }

  @Override
  public EventListenerProvider create(KeycloakSession session) {
    if (mails == null) {
      throw new IllegalStateException("postInit() has not run");
    }
    return new NotificationListener(session, mails, newDevices);
  }

  @Override
  public PartReport report(KeycloakSession session, RealmModel realm) {
    if (realm.getEventsListenersStream().noneMatch(ID::equals)) {
      return PartReport.off(PART, "not-switched-on");
    }
    if (realm.getSmtpConfig().isEmpty()) {
      return PartReport.trouble(PART, "no-mail-server");
    }
    int paused =
        Objects.requireNonNull(mails, "postInit() runs first").waitingForServer(realm.getId());
    return paused > 0
        ? PartReport.trouble(PART, "mail-server-fails").with("waiting", paused)
        : PartReport.working(PART, "sending");
  }

  @Override
  public void close() {
    if (mails != null) {
      mails.close();
    }
  }

  @Override
  public String getId() {
    return ID;
  }

  @Override
  public List<ProviderConfigProperty> getConfigMetadata() {
    return OPTIONS.metadata();
  }
}
