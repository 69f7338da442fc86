package dev.bulwark.ratelimit.known;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.NullSource;
import org.junit.jupiter.params.provider.ValueSource;

/** L2: the cookie of a known device, forged, replayed and confused. */
class DeviceCookieTest {

  private static final byte[] SECRET = "secret-of-the-realm".getBytes(StandardCharsets.UTF_8);
  private static final byte[] DEVICE = "device-bytes".getBytes(StandardCharsets.UTF_8);
  private static final int MINUTE = 29_000_000;

  private static DeviceProof proof() {
    return DeviceProof.issue(SECRET, "realm", "user", "stamp", DEVICE, MINUTE);
  }

  private static DeviceProof again(DeviceProof proof) {
    DeviceProof read = DeviceProof.read(proof.write());
    if (read == null) {
      throw new AssertionError("not read: " + proof.write());
    }
    return read;
  }

  @ParameterizedTest
  @CsvSource({
    "secret-of-the-realm, realm, user, stamp, true",
    "secret-of-another, realm, user, stamp, false",
    "secret-of-the-realm, realm2, user, stamp, false",
    "secret-of-the-realm, realm, user2, stamp, false",
    "secret-of-the-realm, realm, user, new-password, false",
    "secret-of-the-realm, realmu, ser, stamp, false",
    "secret-of-the-realm, realm, users, tamp, false",
  })
  void isOfOneRealmUserAndPassword(
      String secret, String realm, String user, String stamp, boolean good) {
    byte[] key = secret.getBytes(StandardCharsets.UTF_8);
    DeviceProof read = again(proof());
    assertThat(read.isOf(key, realm, user, stamp)).isEqualTo(good);
    boolean sameRealm = secret.equals("secret-of-the-realm") && realm.equals("realm");
    assertThat(read.isOf(key, realm)).isEqualTo(sameRealm);
  }

  @Test
  void everyChangedCharacterIsSeen() {
    String text = proof().write();
    for (int i = 0; i < text.length(); i++) {
      String changed =
          text.substring(0, i) + (text.charAt(i) == 'A' ? 'B' : 'A') + text.substring(i + 1);
      DeviceProof read = DeviceProof.read(changed);
      boolean same = read != null && read.write().equals(text);
      assertThat(
              read == null
                  || same
                  || !read.isOf(SECRET, "realm", "user", "stamp")
                  || !read.isOf(SECRET, "realm"))
          .as("character %d", i)
          .isTrue();
    }
  }

  @ParameterizedTest
  @CsvSource({
    "0, 90, true",
    "129600, 90, true",
    "129601, 90, false",
    "1440, 1, true",
    "1441, 1, false"
  })
  void endsWithItsLife(int minutes, int days, boolean fresh) {
    assertThat(proof().isFresh(MINUTE + minutes, days)).isEqualTo(fresh);
  }

  @ParameterizedTest
  @NullSource
  @ValueSource(strings = {"", ".", "a.b.c", "....................", "\u0000", "AAAA=", "ä.ö"})
  void readsNothingFromOtherTexts(String text) {
    assertThat(DeviceCookie.read(text)).isEqualTo(DeviceCookie.EMPTY);
  }

  @Test
  void readsNothingFromAFlood() {
    assertThat(DeviceCookie.read((proof().write() + ".").repeat(100)).proofs()).isEmpty();
  }

  @Test
  void anyTextIsReadWithoutHarm() {
    Random random = new Random(1);
    for (int i = 0; i < 10_000; i++) {
      byte[] bytes = new byte[random.nextInt(80)];
      random.nextBytes(bytes);
      DeviceProof read = DeviceProof.read(new String(bytes, StandardCharsets.ISO_8859_1));
      assertThat(read == null || !read.isOf(SECRET, "realm")).isTrue();
    }
  }

  @Test
  void theNewestUsersOfABrowserAreKept() {
    DeviceCookie cookie = DeviceCookie.EMPTY;
    DeviceProof first = proof();
    cookie = cookie.with(first, null);
    for (int i = 1; i <= 6; i++) {
      cookie =
          cookie.with(
              DeviceProof.issue(SECRET, "realm", "user-" + i, "stamp", DEVICE, MINUTE), null);
    }
    List<DeviceProof> read = DeviceCookie.read(cookie.write()).proofs();
    assertThat(read).hasSize(DeviceCookie.MAX_PROOFS);
    assertThat(read.get(0).isOf(SECRET, "realm", "user-6", "stamp")).isTrue();
    assertThat(read.get(4).isOf(SECRET, "realm", "user-2", "stamp")).isTrue();
    assertThat(cookie.write()).hasSizeLessThan(300).matches("[A-Za-z0-9_.-]+");
  }

  @Test
  void aLoginReplacesTheProofOfTheSameUser() {
    DeviceProof other = DeviceProof.issue(SECRET, "realm", "other", "stamp", DEVICE, MINUTE);
    DeviceProof earlier = proof();
    DeviceProof later = proof();
    DeviceCookie cookie =
        DeviceCookie.EMPTY.with(earlier, null).with(other, null).with(later, earlier);
    assertThat(cookie.proofs()).containsExactly(later, other);
  }
}
