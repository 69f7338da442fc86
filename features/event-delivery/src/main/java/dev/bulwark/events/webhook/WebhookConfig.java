package dev.bulwark.events.webhook;

import dev.bulwark.delivery.Blame;
import dev.bulwark.http.EndpointUrl;
import dev.bulwark.options.Option;
import dev.bulwark.options.ProviderOptions;
import java.net.URI;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.keycloak.Config;
import org.keycloak.events.EventType;
import org.keycloak.provider.ProviderConfigProperty;

/**
 * Options of the webhook. Immutable.
 *
 * @param url the receiver
 * @param signatures of the secret, and of the one before it if there is one
 * @param userEvents types of users' events that are delivered
 * @param adminEvents whether administrators' events are delivered
 * @param maxInFlight requests at once
 * @param maxAttempts attempts for an event that the receiver rejects while it takes others, {@value
 *     Blame#SERVER_ERROR_FACTOR} times as many if it answers 5xx
 * @param maxAge after which an event is not tried any more
 * @param deadMaxAge for which a dead letter is kept, after {@code maxAge}
 * @param maxWaiting events that may wait in the database
 */
record WebhookConfig(
    URI url,
    List<Signature> signatures,
    Set<EventType> userEvents,
    boolean adminEvents,
    Duration requestTimeout,
    int maxInFlight,
    int maxAttempts,
    Duration maxAge,
    Duration deadMaxAge,
    long maxWaiting) {

  private static final Option<Optional<URI>> URL =
      Option.parsed(
          "url",
          EndpointUrl.ALLOWED,
          "",
          text -> text.isEmpty() ? Optional.empty() : Optional.of(EndpointUrl.parse(text)),
          "Receiver of the events. Without it the listener does nothing.");
  private static final Option<Optional<Signature>> SECRET =
      Option.parsed(
              "secret",
              "whsec_ and the Base64 of 24 to 64 bytes",
              "",
              text ->
                  text.isEmpty() ? Optional.<Signature>empty() : Optional.of(Signature.of(text)),
              "Secret with which each request is signed.")
          .asSecret();
  private static final Option<Optional<Signature>> PREVIOUS_SECRET =
      Option.parsed(
              "previous-secret",
              "whsec_ and the Base64 of 24 to 64 bytes",
              "",
              text ->
                  text.isEmpty() ? Optional.<Signature>empty() : Optional.of(Signature.of(text)),
              "Former secret. While it is set, requests are signed with both.")
          .asSecret();
  private static final Option<Set<EventType>> EVENTS =
      Option.<Set<EventType>>parsed(
              "events",
              "`all`, or Keycloak's event types separated by commas",
              "",
              WebhookConfig::types,
              "Users' events that are delivered. By default those that Keycloak saves by"
                  + " default: all but refreshes, introspection and the like.")
          .withExplainedDefault();
  private static final Option<Boolean> ADMIN_EVENTS =
      Option.flag("admin-events", true, "Whether administrators' events are delivered.");
  private static final Option<Duration> REQUEST_TIMEOUT =
      Option.millis("request-timeout", 100, 30_000, 5000, "Time for the whole exchange.");
  private static final Option<Integer> MAX_IN_FLIGHT =
      Option.number(
          "max-in-flight",
          1,
          64,
          8,
          "Requests at once. Events of one user go one after the other.");
  private static final Option<Integer> MAX_ATTEMPTS =
      Option.number(
          "max-attempts",
          1,
          100,
          8,
          "Attempts for an event that the receiver rejects while it takes others, four times as"
              + " many if it answers 5xx; then it is a dead letter.");
  private static final Option<Duration> MAX_AGE =
      Option.seconds(
          "max-age",
          60,
          2_592_000,
          259_200,
          "Age at which an event is not tried any more, and is a dead letter.");
  private static final Option<Duration> DEAD_MAX_AGE =
      Option.seconds(
          "dead-max-age",
          3600,
          31_536_000,
          2_592_000,
          "Time after `max-age` for which a dead letter is kept. Then it is deleted.");
  private static final Option<Long> MAX_WAITING =
      Option.longNumber(
          "max-waiting",
          1000,
          100_000_000,
          1_000_000,
          "Events that may wait in the database. Further events are dropped and counted, so an"
              + " unreachable receiver does not fill the disk. From half of it on, those of a"
              + " subject that has a tenth are dropped.");

  private static final ProviderOptions OPTIONS =
      new ProviderOptions(
          "spi-events-listener--" + WebhookListenerFactory.ID + "--",
          URL,
          SECRET,
          PREVIOUS_SECRET,
          EVENTS,
          ADMIN_EVENTS,
          REQUEST_TIMEOUT,
          MAX_IN_FLIGHT,
          MAX_ATTEMPTS,
          MAX_AGE,
          DEAD_MAX_AGE,
          MAX_WAITING);

  /**
   * Reads and checks the options.
   *
   * @return empty where no receiver is configured
   * @throws IllegalArgumentException naming the option and what is allowed
   */
  static Optional<WebhookConfig> of(Config.Scope scope) {
    Optional<URI> url = OPTIONS.read(scope, URL);
    Optional<Signature> secret = OPTIONS.read(scope, SECRET);
    Optional<Signature> previous = OPTIONS.read(scope, PREVIOUS_SECRET);
    if (url.isPresent() && secret.isEmpty()) {
      throw new IllegalArgumentException(
          "Option spi-events-listener--"
              + WebhookListenerFactory.ID
              + "--secret must be set where url is: a receiver cannot tell an event from a forged"
              + " one otherwise");
    }
    return url.map(
        receiver ->
            new WebhookConfig(
                receiver,
                List.of(secret, previous).stream().flatMap(Optional::stream).toList(),
                OPTIONS.read(scope, EVENTS),
                OPTIONS.read(scope, ADMIN_EVENTS),
                OPTIONS.read(scope, REQUEST_TIMEOUT),
                OPTIONS.read(scope, MAX_IN_FLIGHT),
                OPTIONS.read(scope, MAX_ATTEMPTS),
                OPTIONS.read(scope, MAX_AGE),
                OPTIONS.read(scope, DEAD_MAX_AGE),
                OPTIONS.read(scope, MAX_WAITING)));
  }

  private static Set<EventType> types(String text) {
    if (text.isEmpty()) {
      return Arrays.stream(EventType.values())
          .filter(EventType::isSaveByDefault)
          .collect(Collectors.toUnmodifiableSet());
    }
    if (text.equals("all")) {
      return Set.of(EventType.values());
    }
    return Arrays.stream(text.split(",", -1))
        .map(String::trim)
        .map(EventType::valueOf)
        .collect(Collectors.toUnmodifiableSet());
  }

  /** The options, for Keycloak's {@code --help} and the documentation. */
  static List<ProviderConfigProperty> metadata() {
    return OPTIONS.metadata();
  }
}
