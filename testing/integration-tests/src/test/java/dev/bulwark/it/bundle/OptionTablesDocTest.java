package dev.bulwark.it.bundle;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bulwark.it.prose.Glossary;
import dev.bulwark.it.prose.PlainEnglish;
import java.io.IOException;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The option tables of the READMEs are those that the providers of the bundle declare. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class OptionTablesDocTest {

  private static final Map<String, String> READMES =
      Map.ofEntries(
          Map.entry(
              "dev.bulwark.redis.client.DefaultRedisConnectionProviderFactory",
              "libraries/redis-connection"),
          Map.entry(
              "dev.bulwark.ratelimit.DefaultLoginRateLimiterProviderFactory",
              "features/login-rate-limiter"),
          Map.entry(
              "dev.bulwark.apikey.provider.DefaultApiKeyProviderFactory", "apikey-authenticator"),
          Map.entry("dev.bulwark.password.Argon2HashProviderFactory", "password-hash-provider"),
          Map.entry(
              "dev.bulwark.breached.BreachedPasswordPolicyProviderFactory",
              "features/breached-password-policy"),
          Map.entry(
              "dev.bulwark.breached.login.AtLoginPolicyFactory",
              "features/breached-password-policy"),
          Map.entry("dev.bulwark.legacy.LegacyLoginFactory", "features/legacy-login"),
          Map.entry(
              "dev.bulwark.notify.NotificationListenerFactory", "features/account-notifications"),
          Map.entry("dev.bulwark.events.log.EventLogListenerFactory", "features/event-delivery"),
          Map.entry("dev.bulwark.events.webhook.WebhookListenerFactory", "features/event-delivery"),
          Map.entry(
              "dev.bulwark.globalrevocation.GlobalRevocationProviderFactory",
              "features/global-token-revocation"),
          Map.entry(
              "dev.bulwark.statuslist.TokenStatusProviderFactory", "features/token-status-list"),
          Map.entry(
              "dev.bulwark.backchannel.BackchannelLogoutProviderFactory",
              "features/backchannel-logout"),
          Map.entry(
              "dev.bulwark.revocation.RevocationListenerProviderFactory",
              "redis-revocation-listener"));

  /** Configured in a realm by the admin console, not by server options. */
  private static final Set<String> OF_A_REALM =
      Set.of(
          "dev.bulwark.apikey.action.CreateApiKeyActionFactory",
          "dev.bulwark.realm.passkey.PasskeyInvitation");

  /** They take the place of a provider of Keycloak and have its options, one with another. */
  private static final Set<String> OF_KEYCLOAK =
      Set.of(
          "dev.bulwark.backchannel.DurableLogoutProtocolFactory",
          "dev.bulwark.breached.login.CheckedPasswordFactory",
          "dev.bulwark.password.recovery.RenewRecoveryCodesAction",
          "dev.bulwark.ratelimit.lockout.StrangersLockoutFactory",
          "dev.bulwark.removal.WatchedPersisterFactory");

  /** Keycloak's own option of required actions. */
  private static final String OF_EVERY_ACTION = "max_auth_age";

  private @Nullable URLClassLoader server;

  @BeforeAll
  void open() throws IOException {
    server = ServerClasses.loader();
  }

  @AfterAll
  void close() throws IOException {
    if (server != null) {
      server.close();
    }
  }

  static Set<String> factories() {
    return READMES.keySet();
  }

  @ParameterizedTest
  @MethodSource("factories")
  void theReadmeHasTheTable(String factory) throws Exception {
    Path readme = Path.of("../..", READMES.get(factory), "README.md");
    assertThat(Files.readString(readme))
        .as("%s; its table is%n%s", readme, table(factory))
        .contains(table(factory));
  }

  @Test
  void everyProviderWithOptionsIsKnownHere() throws Exception {
    Set<String> withOptions = new TreeSet<>();
    for (String factory : services()) {
      if (!options(factory).isEmpty()) {
        withOptions.add(factory);
      }
    }
    assertThat(withOptions)
        .containsExactlyInAnyOrderElementsOf(
            Stream.of(READMES.keySet(), OF_A_REALM, OF_KEYCLOAK)
                .flatMap(Set::stream)
                .collect(Collectors.toSet()));
  }

  @Test
  void everyHelpTextIsPlain() throws Exception {
    Glossary glossary = Glossary.ofDocuments();
    Set<String> factories = new TreeSet<>(READMES.keySet());
    factories.addAll(OF_A_REALM);
    for (String factory : factories) {
      for (Object option : options(factory)) {
        if (!OF_EVERY_ACTION.equals(get(option, "getName"))) {
          String help = String.valueOf(get(option, "getHelpText"));
          assertThat(PlainEnglish.faults(help)).as(factory).isEmpty();
          assertThat(glossary.faults(help)).as(factory).isEmpty();
        }
      }
    }
  }

  private String table(String factory) throws Exception {
    StringBuilder table = new StringBuilder("| option | default | meaning |\n|---|---|---|\n");
    for (Object option : options(factory)) {
      Object value = get(option, "getDefaultValue");
      table
          .append("| `")
          .append(get(option, "getName"))
          .append("` | ")
          .append(value == null || value.equals("") ? "–" : "`" + value + "`")
          .append(" | ")
          .append(get(option, "getHelpText"))
          .append(" |\n");
    }
    return table.append('\n').toString();
  }

  private List<?> options(String factory) throws Exception {
    var constructor =
        Class.forName(factory, true, server).asSubclass(Object.class).getDeclaredConstructor();
    constructor.setAccessible(true);
    var method =
        Class.forName("org.keycloak.provider.ProviderFactory", true, server)
            .getMethod("getConfigMetadata");
    Object instance = constructor.newInstance();
    return method.getDeclaringClass().isInstance(instance)
        ? (List<?>) method.invoke(instance)
        : List.of();
  }

  private static @Nullable Object get(Object option, String getter) throws Exception {
    return option.getClass().getMethod(getter).invoke(option);
  }

  private static Set<String> services() throws IOException {
    Set<String> factories = new TreeSet<>(ServerClasses.services());
    factories.removeIf(name -> !name.endsWith("Factory"));
    factories.addAll(OF_A_REALM);
    factories.addAll(OF_KEYCLOAK);
    return factories;
  }
}
