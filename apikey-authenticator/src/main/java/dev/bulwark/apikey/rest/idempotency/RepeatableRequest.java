package dev.bulwark.apikey.rest.idempotency;

import dev.bulwark.apikey.key.secret.KeyHash;
import dev.bulwark.apikey.manage.ApiKey;
import dev.bulwark.apikey.manage.ApiKeyException;
import dev.bulwark.apikey.manage.ApiKeyException.Kind;
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
import java.util.Set;
import java.util.UUID;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;
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
 * <p>The answer is kept before the transaction is committed, and the mark is set after that. So a
 * repetition that waits for the lock of the owner finds the answer as soon as it has the lock. An
 * answer without its key and without the mark is one of a request whose transaction failed. So is
 * one that does not fit the key.
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

  /**
   * What a repetition is told if the key was made while it waited for the lock of the owner: the
   * key to rotate is gone, was rotated already, or there is no room for another one. Callers who
   * may not look for keys are told 403 where a key is gone.
   */
  private static final Set<Kind> TOO_LATE =
      Set.of(
          Kind.NOT_FOUND,
          Kind.FORBIDDEN,
          Kind.CONFLICT,
          Kind.LIMIT_EXCEEDED,
          Kind.STORED_LIMIT_EXCEEDED);

  private final KeycloakSession session;
  private final @Nullable String idempotencyKey;
  private final byte[] identity;
  private final String place;
  private final String markPlace;
  private final String body;

  private RepeatableRequest(
      KeycloakSession session,
      @Nullable String idempotencyKey,
      byte[] identity,
      String place,
      String markPlace,
      String body) {
    this.session = session;
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
        session,
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

  /**
   * Returns the key that the same request has made before, or makes it.
   *
   * @param known returns the key of an id as it is in the database now, if the caller may have it;
   *     empty if there is none
   * @param making makes a key with the id given. It writes nothing before it says that there is no
   *     such key or no room
   * @throws ApiKeyException as {@code making}; of kind {@link Kind#CONFLICT} if the request has
   *     made a key that is gone, or whose answer is not kept
   * @throws RuntimeException that answers 422, if another request had this {@code Idempotency-Key}
   */
  public NewApiKey answer(
      Function<String, Optional<ApiKey>> known, Function<String, NewApiKey> making) {
    if (idempotencyKey == null) {
      return making.apply(KeycloakModelUtils.generateId());
    }
    Optional<NewApiKey> earlier = earlier(known);
    if (earlier.isPresent()) {
      return earlier.get();
    }
    NewApiKey made;
    try {
      made = making.apply(newKeyId());
    } catch (ApiKeyException e) {
      if (!TOO_LATE.contains(e.kind())) {
        throw e;
      }
      return earlier(known).orElseThrow(() -> e);
    }
    keep(made);
    return made;
  }

  /** The id of the key that the request makes: the same for a repetition. */
  private String newKeyId() {
    ByteBuffer bits = ByteBuffer.wrap(identity, 8, 16);
    long high = (bits.getLong() & ~0xF000L) | 0x8000L;
    long low = (bits.getLong() & ~(3L << 62)) | (2L << 62);
    return new UUID(high, low).toString();
  }

  /** Reads the mark first: where it is set, the answer was kept, and the key committed, before. */
  private Optional<NewApiKey> earlier(Function<String, Optional<ApiKey>> known) {
    boolean isMarked = kept(markPlace).isPresent();
    Optional<Map<String, String>> answer = kept(place);
    Optional<NewApiKey> made = answer.flatMap(kept -> made(kept, known));
    if (made.isEmpty() && isMarked) {
      throw new ApiKeyException(
          Kind.CONFLICT,
          answer.isPresent()
              ? "The key that was created with this " + IdempotencyKey.HEADER + " no longer exists"
              : "A key was created with this " + IdempotencyKey.HEADER + " already");
    }
    return made;
  }

  private Optional<NewApiKey> made(
      Map<String, String> kept, Function<String, Optional<ApiKey>> known) {
    if (!body.equals(kept.get(BODY))) {
      throw ApiError.exception(
          422,
          "idempotency_key_reused",
          "Another request was sent with this " + IdempotencyKey.HEADER);
    }
    String keyId = kept.getOrDefault(KEY, "");
    // Another repetition may have made the key since the answer was read: that of a failed request.
    return known
        .apply(keyId)
        .map(key -> new NewApiKey(key, cipher().decrypt(keyId, kept.getOrDefault(ANSWER, ""))))
        .filter(made -> KeyHash.matches(made.key().hash(), KeyHash.of(made.plainText())));
  }

  /** What this request has left in a place, which another one may have taken since. */
  private Optional<Map<String, String>> kept(String where) {
    return Optional.ofNullable(session.singleUseObjects().get(where))
        .filter(kept -> request().equals(kept.get(REQUEST)));
  }

  private void keep(NewApiKey made) {
    String keyId = made.key().id();
    Map<String, String> answer =
        Map.of(
            REQUEST,
            request(),
            BODY,
            body,
            KEY,
            keyId,
            ANSWER,
            cipher().encrypt(keyId, made.plainText()));
    // In a session of its own, which writes it at once: while this one has the lock of the owner.
    KeycloakModelUtils.runJobInTransaction(
        session.getKeycloakSessionFactory(),
        other -> other.singleUseObjects().put(place, SECONDS, answer));
    // Written once the transaction is committed.
    session.singleUseObjects().put(markPlace, MARK_SECONDS, Map.of(REQUEST, request()));
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
