package dev.bulwark.apikey.page;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Locale;
import java.util.Properties;
import org.keycloak.common.util.StringPropertyReplacer;
import org.keycloak.models.ClientScopeModel;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;
import org.keycloak.theme.Theme;

/** Client scopes in the words of the consent page, in one language. */
public final class ScopeTexts {

  private final Properties messages;

  /** Loads the messages of the realm's login theme and the realm's own texts. */
  public ScopeTexts(KeycloakSession session, RealmModel realm, Locale locale) {
    try {
      messages = session.theme().getTheme(Theme.Type.LOGIN).getEnhancedMessages(realm, locale);
    } catch (IOException e) {
      throw new UncheckedIOException("The login theme cannot be read", e);
    }
  }

  /** The text of the consent page; the description or the name of the scope where there is none. */
  public String of(ClientScopeModel scope) {
    for (String text :
        new String[] {
          scope.getAttribute(ClientScopeModel.CONSENT_SCREEN_TEXT), scope.getDescription()
        }) {
      String resolved =
          text == null ? "" : StringPropertyReplacer.replaceProperties(text, this::message);
      if (!resolved.isBlank() && !resolved.contains("${")) {
        return resolved;
      }
    }
    return scope.getName();
  }

  private String message(String key) {
    return messages.getProperty(key);
  }
}
