package dev.bulwark.apikey.rest.idempotency;

import dev.bulwark.apikey.manage.ApiKeyException;
import dev.bulwark.apikey.manage.ApiKeyManager;
import dev.bulwark.apikey.manage.KeyOwner;
import dev.bulwark.apikey.manage.NewApiKey;
import dev.bulwark.apikey.rest.message.ApiError;
import dev.bulwark.apikey.rest.message.KeyRequest;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;
import org.keycloak.models.SingleUseObjectProvider;
import org.keycloak.models.utils.KeycloakModelUtils;

/**
 * A request that makes a key, and that a caller may send again after a lost answer, with the same
 * {@code Idempotency-Key}.
 *
 * <p>The id of the new key is derived from the request, so that the request makes one key at most,
 * for as long as the key exists. A mark in the memory of the cluster (Keycloak's single-use
 * objects) says for {@value #MARK_SECONDS} seconds that the request was answered, so that it makes
 * no second key when the first is gone. The answer is kept there for {@value #SECONDS} seconds,
 * encrypted with the Idempotency-Key, which is not kept. Each caller has 256 places for answers and
 * 65,536 for marks; an answer that is pushed out cannot be had again.
 *
 * <p>For one request, thus for one thread.
 */
public final class RepeatableRequest {

  /** How long an answer is kept. */
  static final int SECONDS = 600;

  /** How long a mark is kept. */
  static final int MARK_SECONDS = 86_400;

  private static final String REQUEST = "request";
  private static final String BODY = "body";
  private static final String KEY = "key";
  private static final String ANSWER = "answer";

  private final SingleUseObjectProvider store;
  private final @Nullable String idempotencyKey;
  private final byte[] identity;
  private final String place;
  private final String markPlace;
  private final String body;

  private RepeatableRequest(
      SingleUseObjectProvider store,
      @Nullable String idempotencyKey,
      byte[] identity,
      String place,
      String markPlace,
      String body) {
    this.store = store;
    this.idempotencyKey = idempotencyKey;
    this.identity = identity;
    this.place = place;
    this.markPlace = markPlace;
    this.body = body;
  }

  /**
   * Reads a request.
   *
   * @param userId who calls
   * @param clientId by which client
   * @param operation what is asked for, with the id of the key that it is about
   * @param request the body, which a repetition must have too
   * @throws RuntimeException that answers 400 ({@link KeyRequest#invalid}), if the header {@code
   *     Idempotency-Key} is not what it must be
   */
  public static RepeatableRequest of(
      KeycloakSession session,
      RealmModel realm,
      String userId,
      String clientId,
      String operation,
      KeyRequest request) {
    String idempotencyKey =
        IdempotencyKey.of(session.getContext().getRequestHeaders()).orElse(null);
    byte[] identity =
        sha256(
            String.join(
                "\n", realm.getId(), userId, clientId, operation, String.valueOf(idempotencyKey)));
    return new RepeatableRequest(
        session.singleUseObjects(),
        idempotencyKey,
        identity,
        place("bulwark-api-key-answer", realm, userId, identity, 1),
        place("bulwark-api-key-made", realm, userId, identity, 2),
        HexFormat.of().formatHex(sha256(request.canonical())));
  }

  /** The first bytes of the identity choose a place, which bounds what a caller can fill. */
  private static String place(
      String kind, RealmModel realm, String userId, byte[] identity, int bytes) {
    return String.join(
        ":", kind, realm.getId(), userId, HexFormat.of().formatHex(identity, 0, bytes));
  }

  /** Returns the id of the key that the request makes: the same for a repetition. */
  public String newKeyId() {
    if (idempotencyKey == null) {
      return KeycloakModelUtils.generateId();
    }
    ByteBuffer bits = ByteBuffer.wrap(identity, 8, 16);
    long high = (bits.getLong() & ~0xF000L) | 0x8000L;
    long low = (bits.getLong() & ~(3L << 62)) | (2L << 62);
    return new UUID(high, low).toString();
  }

  /**
   * What an earlier request has made. Immutable.
   *
   * @param keyId id of the key
   * @param plainText the key itself
   */
  public record Earlier(String keyId, String plainText) {

    /**
     * Returns the key as it is now.
     *
     * @throws ApiKeyException of kind {@link ApiKeyException.Kind#CONFLICT} when it is gone
     */
    public NewApiKey of(ApiKeyManager manager, KeyOwner owner) {
      try {
        return new NewApiKey(manager.get(owner, keyId).key(), plainText);
      } catch (ApiKeyException e) {
        throw gone();
      }
    }

    /** Returns the exception, to throw, for a key that no longer exists. */
    public static ApiKeyException gone() {
      return new ApiKeyException(
          ApiKeyException.Kind.CONFLICT,
          "The key that was created with this " + IdempotencyKey.HEADER + " no longer exists");
    }

    @Override
    public String toString() {
      return "Earlier[" + keyId + "]";
    }
  }

  /**
   * Returns what the same request has made before, if the answer is kept.
   *
   * @throws ApiKeyException of kind {@link ApiKeyException.Kind#CONFLICT} if the request has made a
   *     key and the answer is not kept
   * @throws RuntimeException that answers 422, if another request had this {@code Idempotency-Key}
   */
  public Optional<Earlier> earlier() {
    if (idempotencyKey == null) {
      return Optional.empty();
    }
    Map<String, String> kept = store.get(place);
    if (kept == null || !request().equals(kept.get(REQUEST))) {
      requireUnmarked();
      return Optional.empty();
    }
    if (!body.equals(kept.get(BODY))) {
      throw ApiError.exception(
          422,
          "idempotency_key_reused",
          "Another request was sent with this " + IdempotencyKey.HEADER);
    }
    String keyId = kept.getOrDefault(KEY, "");
    return Optional.of(new Earlier(keyId, cipher().decrypt(keyId, kept.getOrDefault(ANSWER, ""))));
  }

  /** Or the request would make a second key with the id of the first, which is gone. */
  private void requireUnmarked() {
    Map<String, String> mark = store.get(markPlace);
    if (mark != null && request().equals(mark.get(REQUEST))) {
      throw new ApiKeyException(
          ApiKeyException.Kind.CONFLICT,
          "A key was created with this " + IdempotencyKey.HEADER + " already");
    }
  }

  /** Keeps the answer, once the transaction is committed. Does nothing without the header. */
  public void keep(NewApiKey made) {
    if (idempotencyKey == null) {
      return;
    }
    String keyId = made.key().id();
    store.put(markPlace, MARK_SECONDS, Map.of(REQUEST, request()));
    store.put(
        place,
        SECONDS,
        Map.of(
            REQUEST,
            request(),
            BODY,
            body,
            KEY,
            keyId,
            ANSWER,
            cipher().encrypt(keyId, made.plainText())));
  }

  private String request() {
    return HexFormat.of().formatHex(identity);
  }

  private AnswerCipher cipher() {
    return new AnswerCipher(idempotencyKey == null ? "" : idempotencyKey, identity);
  }

  private static byte[] sha256(String text) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }
}
