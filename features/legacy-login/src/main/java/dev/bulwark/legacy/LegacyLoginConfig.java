package dev.bulwark.legacy;

import dev.bulwark.http.EndpointUrl;
import dev.bulwark.legacy.endpoint.AnswerRules;
import dev.bulwark.legacy.endpoint.EndpointSettings;
import dev.bulwark.legacy.endpoint.RequestBody;
import dev.bulwark.options.Option;
import dev.bulwark.options.ProviderOptions;
import java.net.URI;
import java.time.Duration;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.keycloak.Config;
import org.keycloak.provider.ProviderConfigProperty;

/**
 * Options of the provider. Immutable.
 *
 * @param realm name of the only realm whose users the endpoint is asked about
 * @param endpoint the old application
 */
record LegacyLoginConfig(String realm, EndpointSettings endpoint) {

  private static final String PREFIX = "spi-credential--legacy-login--";

  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9._-]{1,100}");

  /** What RFC 6750 allows in a header. */
  private static final Pattern BEARER = Pattern.compile("[A-Za-z0-9._~+/-]+=*");

  private static final Option<Optional<URI>> URL =
      Option.parsed(
          "url",
          EndpointUrl.ALLOWED,
          "",
          text -> text.isEmpty() ? Optional.empty() : Optional.of(EndpointUrl.parse(text)),
          "Endpoint of the old application that checks a password. Without it the provider does"
              + " nothing.");
  private static final Option<String> REALM =
      Option.text("realm", "app", "The only realm whose users the endpoint is asked about.");
  private static final Option<RequestBody.Format> BODY =
      Option.choice(
          "body",
          RequestBody.Format.values(),
          RequestBody.Format::label,
          RequestBody.Format.JSON,
          "Form of the request: `json` sends a JSON object, `form` the fields of a form.");
  private static final Option<String> USERNAME_FIELD =
      name("username-field", "username", "Member or field of the request with the login name.");
  private static final Option<String> PASSWORD_FIELD =
      name("password-field", "password", "Member or field of the request with the password.");
  private static final Option<Set<String>> ACCEPTED_BY =
      Option.parsed(
          "accepted-by",
          "names separated by commas",
          "valid",
          text -> list(text, LegacyLoginConfig::checkedName),
          "Members of the JSON object of a 200 answer. One that is `true`, or a text such as an access"
              + " token, means that the password is right; `false` means that it is wrong. A truth"
              + " value in quotation marks (`\"false\"`) is no answer.");
  private static final Option<Set<Integer>> REJECTED_STATUS =
      Option.parsed(
          "rejected-status",
          "statuses from 400 to 499 separated by commas",
          "401",
          text -> list(text, LegacyLoginConfig::clientError),
          "Statuses that mean a wrong password.");
  private static final Option<Optional<String>> SECRET =
      Option.<Optional<String>>parsed(
              "secret",
              "letters, digits and - . _ ~ + /, as a bearer token has them",
              "",
              text -> text.isEmpty() ? Optional.empty() : Optional.of(matching(BEARER, text)),
              "Secret that Keycloak sends as `Authorization: Bearer`, so that the endpoint answers"
                  + " nobody else.")
          .asSecret();
  private static final Option<Duration> CONNECT_TIMEOUT =
      Option.millis("connect-timeout", 50, 30_000, 1000, "Time for a connection to the endpoint.");
  private static final Option<Duration> REQUEST_TIMEOUT =
      Option.millis(
          "request-timeout",
          50,
          30_000,
          3000,
          "Time for everything: waiting for a turn, and the whole exchange.");
  private static final Option<Integer> MAX_CONCURRENT =
      Option.number(
          "max-concurrent",
          1,
          1000,
          8,
          "Requests of this node under way at once. As many again wait for a turn; more are rejected"
              + " at once.");
  private static final Option<Integer> BREAKER_FAILURES =
      Option.number(
          "breaker-failures",
          1,
          1000,
          3,
          "Failures in a row after which the endpoint is left alone.");
  private static final Option<Duration> BREAKER_PAUSE =
      Option.seconds("breaker-pause", 1, 3600, 10, "Time for which it is left alone.");

  private static final ProviderOptions OPTIONS =
      new ProviderOptions(
          PREFIX,
          URL,
          REALM,
          BODY,
          USERNAME_FIELD,
          PASSWORD_FIELD,
          ACCEPTED_BY,
          REJECTED_STATUS,
          SECRET,
          CONNECT_TIMEOUT,
          REQUEST_TIMEOUT,
          MAX_CONCURRENT,
          BREAKER_FAILURES,
          BREAKER_PAUSE);

  /**
   * Reads and checks the options.
   *
   * @return empty where no endpoint is configured
   * @throws IllegalArgumentException naming the option and what is allowed
   */
  static Optional<LegacyLoginConfig> of(Config.Scope scope) {
    return OPTIONS
        .read(scope, URL)
        .map(
            url ->
                new LegacyLoginConfig(
                    OPTIONS.read(scope, REALM),
                    new EndpointSettings(
                        url,
                        new RequestBody(
                            OPTIONS.read(scope, BODY),
                            OPTIONS.read(scope, USERNAME_FIELD),
                            OPTIONS.read(scope, PASSWORD_FIELD)),
                        new AnswerRules(
                            OPTIONS.read(scope, ACCEPTED_BY), OPTIONS.read(scope, REJECTED_STATUS)),
                        OPTIONS.read(scope, SECRET),
                        OPTIONS.read(scope, CONNECT_TIMEOUT),
                        OPTIONS.read(scope, REQUEST_TIMEOUT),
                        OPTIONS.read(scope, MAX_CONCURRENT),
                        OPTIONS.read(scope, BREAKER_FAILURES),
                        OPTIONS.read(scope, BREAKER_PAUSE))));
  }

  private static Option<String> name(String name, String defaultValue, String help) {
    return Option.parsed(
        name,
        "letters, digits, dots, hyphens and underscores",
        defaultValue,
        LegacyLoginConfig::checkedName,
        help);
  }

  private static String checkedName(String text) {
    return matching(NAME, text);
  }

  private static String matching(Pattern pattern, String text) {
    if (!pattern.matcher(text).matches()) {
      throw new IllegalArgumentException(text);
    }
    return text;
  }

  private static Integer clientError(String text) {
    int status = Integer.parseInt(text);
    if (status < 400 || status > 499) {
      throw new IllegalArgumentException(text);
    }
    return status;
  }

  private static <T> Set<T> list(String text, Function<String, T> parser) {
    return Arrays.stream(text.split(",", -1))
        .map(String::trim)
        .map(parser)
        .collect(Collectors.toCollection(LinkedHashSet::new));
  }

  /** The options, for Keycloak's {@code --help} and the documentation. */
  static List<ProviderConfigProperty> metadata() {
    return OPTIONS.metadata();
  }
}
