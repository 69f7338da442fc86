package dev.bulwark.factory;

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
 * The messages of a module in every theme of every kind (login, account, admin, e-mail). They are
 * in {@code messages/messages_en.properties} and {@code messages_de.properties}, in UTF-8, beside
 * the subclass. A theme's own message of the same key takes precedence.
 *
 * <p>Keycloak's own way for a jar ({@code theme-resources/messages}) finds one file of a name on
 * the whole class path. Another jar in {@code providers/} that uses it would hide the messages of
 * this one. Immutable.
 */
public abstract class MessagesFactory
    implements ThemeResourceProviderFactory, ThemeResourceProvider {

  private final String id;

  /**
   * For one module.
   *
   * @param id of the provider
   */
  protected MessagesFactory(String id) {
    this.id = id;
  }

  @Override
  public final Properties getMessages(String baseBundlename, Locale locale) throws IOException {
    Properties messages = new Properties();
    try (InputStream in =
        getClass()
            .getResourceAsStream("messages/" + baseBundlename + "_" + locale + ".properties")) {
      if (in != null) {
        PropertyResourceBundle bundle = new PropertyResourceBundle(in);
        bundle.keySet().forEach(key -> messages.setProperty(key, bundle.getString(key)));
      }
    }
    return messages;
  }

  /** Null: templates are in {@code theme-resources/templates}. */
  @Override
  public final @Nullable URL getTemplate(String name) {
    return null;
  }

  /** Null: scripts are in {@code theme-resources/resources}. */
  @Override
  public final @Nullable InputStream getResourceAsStream(String path) {
    return null;
  }

  @Override
  public final ThemeResourceProvider create(KeycloakSession session) {
    return this;
  }

  @Override
  public final String getId() {
    return id;
  }

  @Override
  public final void init(Config.Scope config) {}

  @Override
  public final void postInit(KeycloakSessionFactory factory) {}

  @Override
  public final void close() {}
}
