package dev.bulwark.breached.login;

import dev.bulwark.breached.BreachedPasswordPolicyProviderFactory;
import dev.bulwark.breached.OptionReader;
import io.micrometer.core.instrument.Metrics;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.keycloak.Config;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.KeycloakSessionFactory;
import org.keycloak.policy.PasswordPolicyProvider;
import org.keycloak.policy.PasswordPolicyProviderFactory;
import org.keycloak.provider.ProviderConfigProperty;
import org.keycloak.provider.ProviderConfigurationBuilder;
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
  static final String NOTICE_DAYS = "notice-days";

  private static final int DEFAULT_NOTICE_DAYS = 30;
  private static final int MAX_NOTICE_DAYS = 3650;

  private int noticeDays = DEFAULT_NOTICE_DAYS;
  private @Nullable NoticeQueue notices;
  private @Nullable LoginCheck check;

  /**
   * {@inheritDoc}
   *
   * @throws IllegalArgumentException naming the option that is invalid
   */
  @Override
  public void init(Config.Scope scope) {
    noticeDays =
        new OptionReader(scope, PREFIX)
            .number(NOTICE_DAYS, DEFAULT_NOTICE_DAYS, 1, MAX_NOTICE_DAYS);
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
    return ProviderConfigurationBuilder.create()
        .property()
        .name(NOTICE_DAYS)
        .type(ProviderConfigProperty.INTEGER_TYPE)
        .defaultValue(DEFAULT_NOTICE_DAYS)
        .helpText(
            "Days between two notices about the same breached password, 1 to "
                + MAX_NOTICE_DAYS
                + ".")
        .add()
        .build();
  }
}
