package dev.bulwark.notify;

import io.micrometer.core.instrument.Metrics;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.keycloak.Config;
import org.keycloak.events.EventListenerProvider;
import org.keycloak.events.EventListenerProviderFactory;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.KeycloakSessionFactory;
import org.keycloak.provider.ProviderConfigProperty;
import org.keycloak.provider.ProviderConfigurationBuilder;

/**
 * Event listener {@value #ID}: a realm that names it in its event listeners mails its users. The
 * factory owns the queue of mails.
 */
public final class NotificationListenerFactory implements EventListenerProviderFactory {

  /** Part of every realm's stored list of event listeners: a data format, never to change. */
  public static final String ID = "bulwark-notifications";

  static final String NEW_DEVICE = "new-device";

  private static final String PREFIX = "--spi-events-listener--" + ID + "--";

  private boolean newDevices = true;
  private @Nullable MailQueue mails;

  /**
   * {@inheritDoc}
   *
   * @throws IllegalArgumentException naming the option that is invalid
   */
  @Override
  public void init(Config.Scope scope) {
    @Nullable String value = scope.get(NEW_DEVICE);
    newDevices =
        value == null
            || switch (value.trim().toLowerCase(Locale.ROOT)) {
              case "", "true" -> true;
              case "false" -> false;
              default ->
                  throw new IllegalArgumentException(
                      PREFIX + NEW_DEVICE + " is '" + value + "', allowed is true or false");
            };
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
    return ProviderConfigurationBuilder.create()
        .property()
        .name(NEW_DEVICE)
        .type(ProviderConfigProperty.BOOLEAN_TYPE)
        .defaultValue(true)
        .helpText("Mail users about logins in a browser on which they have not logged in before.")
        .add()
        .build();
  }
}
