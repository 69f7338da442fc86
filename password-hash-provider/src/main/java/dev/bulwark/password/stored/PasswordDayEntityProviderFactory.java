package dev.bulwark.password.stored;

import dev.bulwark.factory.TablesFactory;

/** The table of daily counts; Liquibase's is {@code DATABASECHANGELOG_PASSWORD_B}. */
public final class PasswordDayEntityProviderFactory extends TablesFactory {

  /** For Keycloak, which finds it by META-INF/services. */
  public PasswordDayEntityProviderFactory() {
    super("password-bulwark", "META-INF/bulwark-password-changelog.xml", PasswordDay.class);
  }
}
