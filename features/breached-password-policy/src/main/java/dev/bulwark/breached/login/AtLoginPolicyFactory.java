package dev.bulwark.breached.login;

import dev.bulwark.breached.BreachedPasswordPolicyProviderFactory;
import dev.bulwark.options.Option;
import dev.bulwark.options.ProviderOptions;
import io.micrometer.core.instrument.Metrics;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.keycloak.Config;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.KeycloakSessionFactory;
import org.keycloak.policy.PasswordPolicyProvider;
import org.keycloak.policy.PasswordPolicyProviderFactory;
import org.keycloak.provider.ProviderConfigProperty;
import org.keycloak.provider.ProviderFactory;

/**
 * Policy {@value #ID} (spec P10): a realm has it as {@code breachedPasswordAtLogin(warn)}; a realm
 * without it does not check at login. As Keycloak's own {@code forceExpiredPasswordChange}, it is a
 * password policy that takes effect at login. The factory owns the check.
 */
public final class AtLoginPolicyFactory implements PasswordPolicyProviderFactory {

  /** Part of every realm's stored password policy: a data format, never to change. */
  public static final String ID = "breachedPasswordAtLogin";

  static final String PREFIX = "spi-password-policy--breached-password-at-login--";

  private static final Option<Integer> NOTICE_DAYS =
      Option.number(
          "notice-days", 1, 3650, 30, "Days between two notices about the same breached password.");
  private static final ProviderOptions OPTIONS = new ProviderOptions(PREFIX, NOTICE_DAYS);

  private int noticeDays;
  private @Nullable NoticeQueue notices;
  private @Nullable LoginCheck check;

  /**
   * {@inheritDoc}
   *
   * @throws IllegalArgumentException naming the option that is invalid
   */
  @Override
  public void init(Config.Scope scope) {
    noticeDays = OPTIONS.read(scope, NOTICE_DAYS);
  }

  @Override
  public void postInit(KeycloakSessionFactory factory) {
    // Absent where the operator has disabled the provider: then nothing is checked at login.
    @Nullable ProviderFactory<PasswordPolicyProvider> list =
        factory.getProviderFactory(
            PasswordPolicyProvider.class, BreachedPasswordPolicyProviderFactory.ID);
    if (list instanceof BreachedPasswordPolicyProviderFactory offline) {
      LoginMetrics metrics = new LoginMetrics(Metrics.globalRegistry);
      NoticeQueue queue = new NoticeQueue(factory, metrics);
      notices = queue;
      check = new LoginCheck(offline::offlineCount, queue, noticeDays, metrics);
    }
  }

  /** The check; null while the server starts, and where the provider of the list is disabled. */
  @Nullable LoginCheck check() {
    return check;
  }

  @Override
  public PasswordPolicyProvider create(KeycloakSession session) {
    return AtLoginPolicy.INSTANCE;
  }

  @Override
  public void close() {
    if (notices != null) {
      notices.close();
    }
  }

  @Override
  public String getId() {
    return ID;
  }

  /** Shown in the admin console. */
  @Override
  public String getDisplayName() {
    return "Breached at Login (off, warn or demand)";
  }

  @Override
  public String getConfigType() {
    return PasswordPolicyProvider.STRING_CONFIG_TYPE;
  }

  @Override
  public String getDefaultConfigValue() {
    return AtLoginPolicy.DEFAULT.label();
  }

  @Override
  public boolean isMultiplSupported() {
    return false;
  }

  @Override
  public List<ProviderConfigProperty> getConfigMetadata() {
    return OPTIONS.metadata();
  }
}
