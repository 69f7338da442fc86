package dev.bulwark.notify;

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
 * The texts and the template of the mails, for every e-mail theme, in English and German. The
 * theme's own frame and messages of the same keys take precedence. Immutable.
 */
public final class NotificationTexts
    implements ThemeResourceProviderFactory, ThemeResourceProvider {

  private static final String ID = "bulwark-notifications";

  @Override
  public Properties getMessages(String baseBundlename, Locale locale) throws IOException {
    Properties messages = new Properties();
    try (InputStream in =
        NotificationTexts.class.getResourceAsStream(
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
    return NotificationTexts.class.getResource("templates/" + name);
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
