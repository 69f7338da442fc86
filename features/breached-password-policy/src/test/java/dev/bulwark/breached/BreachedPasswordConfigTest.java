package dev.bulwark.breached;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.bulwark.testing.MapScope;
import java.io.IOException;
import java.net.Authenticator;
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.net.ProxySelector;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.text.MessageFormat;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Properties;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.keycloak.connections.httpclient.ProxyMappings;
import org.keycloak.policy.PasswordPolicyConfigException;
import org.keycloak.provider.ProviderConfigProperty;

/** P9: options, thresholds, proxies and messages. */
class BreachedPasswordConfigTest {

  @TempDir Path folder;

  /** Keycloak caches a host's proxy for the process. */
  @BeforeEach
  void forgetProxies() {
    ProxyMappings.clearCache();
  }

  @Test
  void defaults() {
    BreachedPasswordConfig config = BreachedPasswordConfig.of(MapScope.of());
    assertThat(config.online()).isTrue();
    assertThat(config.range().url()).hasToString("https://api.pwnedpasswords.com/range/");
    assertThat(config.range().requestTimeout()).isEqualTo(Duration.ofSeconds(2));
    assertThat(config.unreachable()).isEqualTo(UnreachablePolicy.OFFLINE_LIST);
    assertThat(config.offlineIndex()).isNull();
  }

  @Test
  void metadataNamesEveryOptionWithItsDefault() {
    Map<String, @Nullable Object> defaults = new HashMap<>();
    for (ProviderConfigProperty property : BreachedPasswordConfig.metadata()) {
      assertThat(property.getHelpText()).isNotBlank();
      defaults.put(property.getName(), property.getDefaultValue());
    }
    assertThat(defaults).hasSize(11);
    String[] options =
        defaults.entrySet().stream()
            .filter(entry -> entry.getValue() != null)
            .flatMap(entry -> Stream.of(entry.getKey(), entry.getValue() + ""))
            .toArray(String[]::new);
    assertThat(BreachedPasswordConfig.of(MapScope.of(options)))
        .isEqualTo(BreachedPasswordConfig.of(MapScope.of()));
  }

  @ParameterizedTest
  @CsvSource({
    "online,yes",
    "url,ftp://x/",
    "url,mirror",
    "url,https://",
    "url,https://u:p@x/",
    "url,https://x/?a=b",
    "url,https://x y/",
    "unreachable,maybe",
    "unreachable,OFFLINE_LIST",
    "connect-timeout,0",
    "connect-timeout,x",
    "request-timeout,30001",
    "request-timeout,-1",
    "breaker-failures,0",
    "breaker-pause,3601",
    "cache-entries,-1",
    "cache-ttl,0",
    "offline-check-interval,0",
    "offline-check-interval,1.5"
  })
  void aBadValueNamesItsOption(String option, String value) {
    assertThatThrownBy(() -> BreachedPasswordConfig.of(MapScope.of(option, value)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith(
            "Option spi-password-policy--breached-password--" + option + " must be ");
  }

  @Test
  void aMissingOrForeignIndexStopsTheStart() throws IOException {
    Path foreign = Files.writeString(folder.resolve("foreign"), "123456\npassword\n");
    for (Path file : List.of(foreign, folder.resolve("missing"))) {
      var factory = new BreachedPasswordPolicyProviderFactory();
      assertThatThrownBy(() -> factory.init(MapScope.of("offline-index", file.toString())))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("spi-password-policy--breached-password--offline-index")
          .hasMessageContaining(file.toString());
    }
  }

  @Test
  void aMirrorNeedsNoTrailingSlash() {
    assertThat(
            BreachedPasswordConfig.of(MapScope.of("url", "http://mirror:8080/pwned"))
                .range()
                .url()
                .resolve("ABCDE"))
        .hasToString("http://mirror:8080/pwned/ABCDE");
  }

  @ParameterizedTest
  @CsvSource(
      nullValues = "null",
      value = {"null,1", "'',1", "1,1", "' 10 ',10", "65535,65535"})
  void readsThreshold(@Nullable String value, int threshold) {
    assertThat(policy().parseConfig(value)).isEqualTo(threshold);
  }

  @ParameterizedTest
  @ValueSource(strings = {"0", "-1", "65536", "many", "1.5", "99999999999"})
  void refusesThreshold(String value) {
    assertThatThrownBy(() -> policy().parseConfig(value))
        .isInstanceOf(PasswordPolicyConfigException.class)
        .hasMessageContaining("1 to 65535");
  }

  @SuppressWarnings("NullAway") // parseConfig() needs neither
  private static BreachedPasswordPolicyProvider policy() {
    return new BreachedPasswordPolicyProvider(null, null);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      nullValues = "-",
      value = {
        // mappings | https_proxy | HTTP_PROXY | no_proxy | proxy of api.example.org
        "- | - | - | - | DIRECT",
        "- | http://p:3128 | - | - | p:3128",
        "- | - | http://q | - | q:80",
        "- | http://p:3128 | http://q | - | p:3128",
        "- | http://p:3128 | - | example.org | DIRECT",
        "- | http://p:3128 | - | example.com | p:3128",
        ".*\\.example\\.org;http://m:8080 | http://p:3128 | - | - | m:8080",
        ".*\\.example\\.org;NO_PROXY,.*;http://m:8080 | http://p:3128 | - | - | DIRECT",
        "other;http://m:8080 | http://p:3128 | - | - | DIRECT",
      })
  void usesKeycloaksProxies(
      @Nullable String mappings,
      @Nullable String httpsProxy,
      @Nullable String httpProxy,
      @Nullable String noProxy,
      String expected) {
    Map<String, String> environment = new HashMap<>();
    put(environment, "https_proxy", httpsProxy);
    put(environment, "HTTP_PROXY", httpProxy);
    put(environment, "no_proxy", noProxy);
    ProxySelector selector =
        KeycloakProxies.of(mappings == null ? null : mappings.split(","), environment);
    assertThat(
            selector.select(URI.create("https://api.example.org/range/")).stream()
                .map(BreachedPasswordConfigTest::describe)
                .collect(Collectors.joining()))
        .isEqualTo(expected);
  }

  @Test
  void aProxysCredentialsAnswerItsChallengeOnly() {
    ProxySelector selector =
        KeycloakProxies.of(new String[] {".*;http://user:secret@p:3128"}, Map.of());
    URI target = URI.create("https://with-credentials.example.org/");
    Authenticator authenticator =
        Objects.requireNonNull(KeycloakProxies.authenticator(selector, target));
    assertThat(
            authenticator.requestPasswordAuthenticationInstance(
                "p", null, 3128, "http", "", "basic", null, Authenticator.RequestorType.PROXY))
        .extracting("userName")
        .isEqualTo("user");
    assertThat(
            authenticator.requestPasswordAuthenticationInstance(
                "p", null, 80, "http", "", "basic", null, Authenticator.RequestorType.SERVER))
        .isNull();
  }

  @Test
  void messagesAreThereInEnglishAndGermanAndAreValidPatterns() throws IOException {
    BreachedPasswordMessages messages = new BreachedPasswordMessages();
    Properties english = messages.getMessages("messages", Locale.ENGLISH);
    Properties german = messages.getMessages("messages", Locale.GERMAN);
    assertThat(english.stringPropertyNames())
        .isEqualTo(german.stringPropertyNames())
        .containsExactlyInAnyOrder(
            BreachedPasswordPolicyProvider.BREACHED, BreachedPasswordPolicyProvider.UNCHECKED);
    for (String key : english.stringPropertyNames()) {
      assertThat(new MessageFormat(english.getProperty(key)).format(new Object[0]))
          .isEqualTo(english.getProperty(key));
      assertThat(new MessageFormat(german.getProperty(key)).format(new Object[0]))
          .isEqualTo(german.getProperty(key));
    }
    assertThat(german.getProperty(BreachedPasswordPolicyProvider.BREACHED)).contains("Wählen");
    assertThat(messages.getMessages("messages", Locale.FRENCH)).isEmpty();
    assertThat(messages.getMessages("admin-messages", Locale.ENGLISH)).isEmpty();
  }

  private static void put(Map<String, String> map, String key, @Nullable String value) {
    if (value != null) {
      map.put(key, value);
    }
  }

  private static String describe(Proxy proxy) {
    return proxy.address() instanceof InetSocketAddress address
        ? address.getHostString() + ":" + address.getPort()
        : proxy.type().toString();
  }
}
