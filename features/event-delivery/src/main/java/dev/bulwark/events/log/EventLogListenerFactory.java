package dev.bulwark.events.log;

import dev.bulwark.options.Option;
import dev.bulwark.options.ProviderOptions;
import dev.bulwark.status.PartReport;
import dev.bulwark.status.ReportsPart;
import io.micrometer.core.instrument.Metrics;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.keycloak.Config;
import org.keycloak.events.EventListenerProvider;
import org.keycloak.events.EventListenerProviderFactory;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.KeycloakSessionFactory;
import org.keycloak.models.RealmModel;
import org.keycloak.provider.ProviderConfigProperty;

/** Event listener {@value #ID}: a line of JSON for each event of the realms that name it. */
public final class EventLogListenerFactory implements EventListenerProviderFactory, ReportsPart {

  /** Part of every realm's stored list of event listeners: a data format, never to change. */
  public static final String ID = "bulwark-event-log";

  private static final String PART = "event-log";

  private static final Option<Optional<Path>> FILE =
      Option.parsed(
          "file",
          "an absolute path",
          "",
          text -> text.isEmpty() ? Optional.empty() : Optional.of(absolute(text)),
          "File to which the lines are appended; it may be moved away at any time. Without it they"
              + " go to standard output.");
  private static final ProviderOptions OPTIONS =
      new ProviderOptions("spi-events-listener--" + ID + "--", FILE);

  private @Nullable LineOutput output;

  private static Path absolute(String text) {
    Path path = Path.of(text);
    if (!path.isAbsolute()) {
      throw new IllegalArgumentException(text);
    }
    return path;
  }

  /**
   * {@inheritDoc}
   *
   * @throws IllegalArgumentException naming the option that is invalid
   */
  @Override
  public void init(Config.Scope scope) {
    output = new LineOutput(OPTIONS.read(scope, FILE).orElse(null), Metrics.globalRegistry);
  }

  @Override
  public void postInit(KeycloakSessionFactory factory) {}

  @Override
  public EventListenerProvider create(KeycloakSession session) {
    if (output == null) {
      throw new IllegalStateException("init() has not run");
    }
    return new EventLogListener(session, output);
  }

  @Override
  public PartReport report(KeycloakSession session, RealmModel realm) {
    if (realm.getEventsListenersStream().noneMatch(ID::equals)) {
      return PartReport.off(PART, "not-switched-on");
    }
    return output != null && output.isFailing()
        ? PartReport.trouble(PART, "events-lost")
        : PartReport.working(PART, "writing");
  }

  @Override
  public void close() {}

  @Override
  public String getId() {
    return ID;
  }

  @Override
  public List<ProviderConfigProperty> getConfigMetadata() {
    return OPTIONS.metadata();
  }
}
