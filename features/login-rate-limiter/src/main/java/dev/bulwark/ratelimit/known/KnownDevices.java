package dev.bulwark.ratelimit.known;

import dev.bulwark.contract.LoginDevice;
import jakarta.ws.rs.core.Cookie;
import jakarta.ws.rs.core.NewCookie;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.keycloak.common.util.SecretGenerator;
import org.keycloak.common.util.Time;
import org.keycloak.crypto.Algorithm;
import org.keycloak.crypto.KeyUse;
import org.keycloak.crypto.KeyWrapper;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;
import org.keycloak.models.UserModel;
import org.keycloak.services.resources.RealmsResource;
import org.keycloak.utils.SecureContextResolver;

/** The device cookie of the request of one session. For one thread. */
public final class KnownDevices {

  /** Name of the cookie. */
  public static final String COOKIE = "BULWARK_DEVICE";

  private final KeycloakSession session;
  private final int days;
  private @Nullable DeviceCookie cookie;
  private @Nullable List<byte[]> secrets;

  /**
   * Reads nothing yet.
   *
   * @param days how long a device is known without a login; 0 for never
   */
  public KnownDevices(KeycloakSession session, int days) {
    this.session = session;
    this.days = days;
  }

  /** Whether the browser has a cookie of this realm, of whichever user. Costs no look-up. */
  public boolean isAny() {
    for (DeviceProof proof : cookie().proofs()) {
      for (byte[] secret : secrets()) {
        if (proof.isOf(secret, realm().getId()) && isFresh(proof)) {
          return true;
        }
      }
    }
    return false;
  }

  /** Name of the device, if this user has logged in on it and the logins of then still count. */
  public @Nullable String nameFor(UserModel user) {
    DeviceProof proof = proofOf(user);
    return proof == null ? null : proof.name();
  }

  /** The user has logged in: the browser gets a new cookie. */
  public void remember(UserModel user) {
    if (days == 0 || secrets().isEmpty()) {
      return;
    }
    DeviceProof earlier = proofOf(user);
    session.setAttribute(LoginDevice.ATTRIBUTE, new LoginDevice(earlier != null));
    byte[] device = SecretGenerator.getInstance().randomBytes(DeviceProof.DEVICE_BYTES);
    DeviceProof proof =
        DeviceProof.issue(
            secrets().get(0),
            realm().getId(),
            user.getId(),
            LoginStamp.of(session, user),
            device,
            nowMinute());
    DeviceCookie next = cookie().with(proof, earlier);
    cookie = next;
    session
        .getContext()
        .getHttpResponse()
        .setCookieIfAbsent(
            new NewCookie.Builder(COOKIE)
                .value(next.write())
                .path(
                    RealmsResource.realmBaseUrl(session.getContext().getUri())
                        .path("/")
                        .build(realm().getName())
                        .getRawPath())
                .maxAge((int) TimeUnit.DAYS.toSeconds(days))
                .secure(SecureContextResolver.isSecureContext(session))
                .httpOnly(true)
                .sameSite(NewCookie.SameSite.LAX)
                .build());
  }

  private @Nullable DeviceProof proofOf(UserModel user) {
    if (cookie().proofs().isEmpty()) {
      return null;
    }
    String stamp = LoginStamp.of(session, user);
    for (DeviceProof proof : cookie().proofs()) {
      for (byte[] secret : secrets()) {
        if (proof.isOf(secret, realm().getId(), user.getId(), stamp) && isFresh(proof)) {
          return proof;
        }
      }
    }
    return null;
  }

  private RealmModel realm() {
    return session.getContext().getRealm();
  }

  private boolean isFresh(DeviceProof proof) {
    return proof.isFresh(nowMinute(), days);
  }

  private static int nowMinute() {
    return Time.currentTime() / 60;
  }

  private DeviceCookie cookie() {
    DeviceCookie known = cookie;
    if (known == null) {
      Cookie sent =
          days == 0 ? null : session.getContext().getRequestHeaders().getCookies().get(COOKIE);
      known = DeviceCookie.read(sent == null ? null : sent.getValue());
      cookie = known;
    }
    return known;
  }

  /** The realm's keys for its own tokens, the active one first; those that still verify too. */
  private List<byte[]> secrets() {
    List<byte[]> known = secrets;
    if (known == null) {
      known =
          session
              .keys()
              .getKeysStream(realm(), KeyUse.SIG, Algorithm.HS512)
              .filter(key -> key.getStatus().isEnabled() && key.getSecretKey() != null)
              .sorted((a, b) -> Boolean.compare(isActive(b), isActive(a)))
              .map(key -> key.getSecretKey().getEncoded())
              .toList();
      secrets = known;
    }
    return known;
  }

  private static boolean isActive(KeyWrapper key) {
    return key.getStatus().isActive();
  }
}
