package dev.bulwark.apikey.credential;

import dev.bulwark.apikey.key.ApiKeyData;
import dev.bulwark.apikey.key.Moments;
import dev.bulwark.apikey.key.OwnerType;
import dev.bulwark.apikey.store.ApiKeyEntity;
import dev.bulwark.apikey.store.ApiKeyIndex;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Properties;
import org.jspecify.annotations.Nullable;
import org.keycloak.common.util.Time;
import org.keycloak.credential.CredentialMetadata;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.ModelException;
import org.keycloak.models.RealmModel;
import org.keycloak.models.UserModel;
import org.keycloak.theme.Theme;

/**
 * What the page "Signing in" of the account console says about a key. The console translates the
 * name of a line but not its value, so values that are words are translated here. For one session.
 */
final class KeyInformation {

  private final KeycloakSession session;
  private final RealmModel realm;
  private final ApiKeyIndex index;
  private @Nullable Properties texts;

  KeyInformation(KeycloakSession session) {
    this.session = session;
    this.realm = session.getContext().getRealm();
    this.index = new ApiKeyIndex(session);
  }

  CredentialMetadata of(ApiKeyCredentialModel model) {
    CredentialMetadata metadata = new CredentialMetadata();
    metadata.setCredentialModel(model);
    try {
      describe(model, model.data(), metadata);
    } catch (ModelException e) {
      // One credential that cannot be read must not take the page, and the way to remove it, away.
      warn(metadata, "api-key-unreadable");
    }
    return metadata;
  }

  private void describe(ApiKeyCredentialModel model, ApiKeyData data, CredentialMetadata metadata) {
    Optional<ApiKeyEntity> row = index.byId(realm.getId(), model.getId());
    Properties words = texts(row);
    List<CredentialMetadata.LocalizedMessage> lines = new ArrayList<>();
    if (!data.prefix().isEmpty()) {
      lines.add(line("api-key-prefix", data.prefix() + "\u2026"));
    }
    lines.add(
        line(
            "api-key-scopes",
            data.scopes().isEmpty()
                ? word(words, "api-key-no-scopes")
                : String.join(", ", data.scopes())));
    Long end = data.end();
    lines.add(
        line("api-key-expires", end == null ? word(words, "api-key-never") : Moments.showEnd(end)));
    Long used = row.map(ApiKeyEntity::getLastUsedAt).orElse(null);
    lines.add(
        line(
            "api-key-last-used", used == null ? word(words, "api-key-never") : Moments.show(used)));
    metadata.setInfoProperties(lines);
    switch (data.stateAt(Time.currentTimeMillis())) {
      case USABLE -> {}
      case INACTIVE -> warn(metadata, "api-key-inactive");
      case EXPIRED -> warn(metadata, "api-key-expired");
      case REPLACED -> warn(metadata, "api-key-replaced");
    }
  }

  /** The console shows a warning only when it has both a title and a description. */
  private static void warn(CredentialMetadata metadata, String key) {
    metadata.setWarningMessageTitle(key);
    metadata.setWarningMessageDescription(key + "-text");
  }

  private static CredentialMetadata.LocalizedMessage line(String key, String value) {
    return new CredentialMetadata.LocalizedMessage(key, new Object[] {value});
  }

  private static String word(Properties words, String key) {
    return words.getProperty(key, key);
  }

  /** At the first key: the texts of its owner's language, and all rows of that owner at once. */
  private Properties texts(Optional<ApiKeyEntity> row) {
    Properties loaded = texts;
    if (loaded == null) {
      UserModel owner = row.map(this::owner).orElse(null);
      Locale locale = session.getContext().resolveLocale(owner, Theme.Type.ACCOUNT);
      try {
        loaded = session.theme().getTheme(Theme.Type.ACCOUNT).getEnhancedMessages(realm, locale);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
      texts = loaded;
    }
    return loaded;
  }

  private @Nullable UserModel owner(ApiKeyEntity row) {
    // Read in one statement what would be one statement a key; they stay in the session.
    index.ofOwner(realm.getId(), OwnerType.USER, row.getOwnerId());
    return session.users().getUserById(realm, row.getOwnerId());
  }
}
