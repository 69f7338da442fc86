package dev.bulwark.apikey.credential;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.bulwark.apikey.key.ApiKeyData;
import dev.bulwark.apikey.key.ImportedUsage;
import dev.bulwark.apikey.key.KeyName;
import dev.bulwark.apikey.key.secret.ApiKeySecret;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.keycloak.credential.CredentialModel;
import org.keycloak.models.ModelException;

/** A stored credential of type {@code api-key}, read. */
public final class ApiKeyCredentialModel extends CredentialModel {

  /** The credential type; stored with every key: it is a data format. */
  public static final String TYPE = "api-key";

  private static final long serialVersionUID = 1L;

  private static final ObjectMapper JSON = new ObjectMapper();

  private transient @Nullable ApiKeyData data;

  private transient @Nullable ApiKeySecret secret;

  private ApiKeyCredentialModel() {}

  /** A credential that is not stored yet. */
  public static ApiKeyCredentialModel create(
      String id, String hash, ApiKeyData data, String label, long createdAt) {
    ApiKeyCredentialModel model = new ApiKeyCredentialModel();
    model.setId(id);
    model.setType(TYPE);
    model.setUserLabel(label);
    model.setCreatedDate(createdAt);
    model.setSecretData(write(new ApiKeySecret(hash)));
    model.setCredentialData(write(data));
    return model;
  }

  /**
   * Reads a stored or imported credential.
   *
   * @throws ModelException when its JSON is not that of a key
   */
  public static ApiKeyCredentialModel of(CredentialModel stored) {
    ApiKeyCredentialModel model = new ApiKeyCredentialModel();
    model.setId(stored.getId());
    model.setType(TYPE);
    model.setUserLabel(stored.getUserLabel());
    model.setCreatedDate(stored.getCreatedDate());
    model.setSecretData(stored.getSecretData());
    model.setCredentialData(stored.getCredentialData());
    model.setFederationLink(stored.getFederationLink());
    return model;
  }

  /** The JSON form of the data of a key, for whoever stores one outside a credential. */
  public static String write(Object value) {
    try {
      return JSON.writeValueAsString(value);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("records of text and numbers have a JSON form", e);
    }
  }

  /**
   * Reads the data of a key.
   *
   * @throws ModelException when it is not that of a key
   */
  public static ApiKeyData readData(@Nullable String json) {
    return read(json == null || json.isBlank() ? "{}" : json, ApiKeyData.class, "credentialData");
  }

  /**
   * Reads how often an imported key was used before.
   *
   * @param json {@code credentialData}
   * @throws ModelException when it is not that of a key
   */
  public static ImportedUsage readUsage(@Nullable String json) {
    return read(
        json == null || json.isBlank() ? "{}" : json, ImportedUsage.class, "credentialData");
  }

  /** What the key may do; its name is the label that the owner may have changed natively. */
  public ApiKeyData data() {
    ApiKeyData read = data;
    if (read == null) {
      read = readData(getCredentialData());
      String label = getUserLabel();
      if (label != null
          && !label.equals(read.name())
          && !label.equals(alternativeLabel(read))
          && !label.equals(numberedLabel(read, getId()))) {
        read = read.toBuilder().name(KeyName.ofLabel(label).orElse(read.name())).build();
      }
      data = read;
    }
    return read;
  }

  /** SHA-256 of the key. */
  public String hash() {
    ApiKeySecret read = secret;
    if (read == null) {
      String json = getSecretData();
      read = read(json == null ? "{}" : json, ApiKeySecret.class, "secretData");
      secret = read;
    }
    return read.hash();
  }

  /** Puts other data in this credential's place, to be stored by the caller. */
  public void setData(ApiKeyData changed) {
    setCredentialData(write(changed));
    data = changed;
  }

  /**
   * The label of a key: its name, unless another key of the owner has that label. Keycloak wants
   * labels to differ within a type, while keys may share a name (a rotated one does) and imported
   * ones have no prefix, or share it.
   *
   * @param taken whether another credential of the owner has a label
   */
  public static String freeLabel(ApiKeyData data, String keyId, Predicate<String> taken) {
    if (!taken.test(data.name())) {
      return data.name();
    }
    String alternative = alternativeLabel(data);
    return data.prefix().isEmpty() || taken.test(alternative)
        ? numberedLabel(data, keyId)
        : alternative;
  }

  private static String alternativeLabel(ApiKeyData data) {
    return data.name() + " (" + data.prefix() + "\u2026)";
  }

  private static String numberedLabel(ApiKeyData data, @Nullable String keyId) {
    String id = keyId == null ? "" : keyId;
    return data.name() + " (#" + id.substring(0, Math.min(id.length(), 8)) + ")";
  }

  /**
   * Reads a JSON text.
   *
   * @param field what it is called in the message
   * @throws ModelException telling the place, never the text, which may hold a hash
   */
  public static <T> T read(String json, Class<T> type, String field) {
    try {
      return JSON.readValue(json, type);
    } catch (JsonProcessingException e) {
      // Jackson's message may quote the source.
      throw new ModelException(
          field
              + " of an api-key credential cannot be read"
              + (e.getLocation() == null ? "" : ", column " + e.getLocation().getColumnNr()));
    }
  }
}
