package dev.bulwark.breached;

import java.io.IOException;
import java.io.InputStream;
import java.net.URL;
import java.util.Locale;
import java.util.Properties;
import java.util.PropertyResourceBundle;
import org.jspecify.annotations.Nullable;
import org.keycloak.Config;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.KeycloakSessionFactory;
import org.keycloak.theme.ThemeResourceProvider;
import org.keycloak.theme.ThemeResourceProviderFactory;

/**
 * The policy's messages in every theme of every kind (login, account, admin, e-mail), English and
 * German; a theme's own message of the same key takes precedence.
 *
 * <p>Keycloak's own way for a jar ({@code theme-resources/messages}) finds one file of a name on
 * the whole class path, so a second jar that uses it would hide the first. Immutable.
 */
public final class BreachedPasswordMessages
    implements ThemeResourceProviderFactory, ThemeResourceProvider {

  private static final String ID = "bulwark-breached-password";

  @Override
  public Properties getMessages(String baseBundlename, Locale locale) throws IOException {
    Properties messages = new Properties();
    try (InputStream in =
        BreachedPasswordMessages.class.getResourceAsStream(
            "messages/" + baseBundlename + "_" + locale + ".properties")) {
      if (in != null) {
        PropertyResourceBundle bundle = new PropertyResourceBundle(in);
        bundle.keySet().forEach(key -> messages.setProperty(key, bundle.getString(key)));
      }
    }
    return messages;
  }

  @Override
  public @Nullable URL getTemplate(String name) {
    return null;
  }

  @Override
  public @Nullable InputStream getResourceAsStream(String path) {
    return null;
  }

  @Override
  public ThemeResourceProvider create(KeycloakSession session) {
    return this;
  }

  @Override
  public void init(Config.Scope config) {
    // No options.
  }

  @Override
  public void postInit(KeycloakSessionFactory factory) {
    // Needs no other provider.
  }

  @Override
  public void close() {
    // Holds nothing.
  }

  @Override
  public String getId() {
    return ID;
  }
}
