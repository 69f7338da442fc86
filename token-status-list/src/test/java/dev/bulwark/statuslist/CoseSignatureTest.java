package dev.bulwark.statuslist;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.bulwark.options.MapScope;
import dev.bulwark.statuslist.store.IndexOrder;
import dev.bulwark.statuslist.store.RevokedBits;
import dev.bulwark.statuslist.store.StatusList;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Signature;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.keycloak.crypto.Algorithm;
import org.keycloak.crypto.AsymmetricSignatureSignerContext;
import org.keycloak.crypto.KeyType;
import org.keycloak.crypto.KeyUse;
import org.keycloak.crypto.KeyWrapper;
import org.keycloak.crypto.SignatureSignerContext;

/** R8: a list as a CWT, its signature and its size. */
class CoseSignatureTest {

  private static final String SECRET = "000102030405060708090a0b0c0d0e0f";
  private static final long END = 1_800_000_900;
  private static final String ISSUER = "https://sso.example.org/realms/app";

  private final KeyPair keys = keys();

  private static KeyPair keys() {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
      generator.initialize(2048);
      return generator.generateKeyPair();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  private SignatureSignerContext signer(String algorithm) {
    KeyWrapper key = new KeyWrapper();
    key.setKid("a-key");
    key.setUse(KeyUse.SIG);
    key.setType(KeyType.RSA);
    key.setAlgorithm(algorithm);
    key.setPrivateKey(keys.getPrivate());
    key.setPublicKey(keys.getPublic());
    return new AsymmetricSignatureSignerContext(key);
  }

  /** The structure that is signed (RFC 9052, section 4.4) is put together here by hand. */
  @Test
  void itIsSignedWithItsHeader() throws Exception {
    byte[] payload = {7};
    byte[] cwt = CoseSignature.sign(payload, "application/x", signer(Algorithm.RS256));
    // {1: -257, 16: "application/x"}
    String header = "54" + "a20139010010" + "6d" + hex("application/x");
    String start = "d284" + header + "a10445" + hex("a-key") + "4107" + "590100";
    assertThat(HexFormat.of().formatHex(cwt)).startsWith(start).hasSize(start.length() + 512);
    Signature verifier = Signature.getInstance("SHA256withRSA");
    verifier.initVerify(keys.getPublic());
    verifier.update(HexFormat.of().parseHex("846a" + hex("Signature1") + header + "40" + "4107"));
    assertThat(verifier.verify(Arrays.copyOfRange(cwt, cwt.length - 256, cwt.length))).isTrue();
  }

  private static String hex(String text) {
    return HexFormat.of().formatHex(text.getBytes(StandardCharsets.US_ASCII));
  }

  @Test
  void anAlgorithmThatCoseLacksIsRejected() {
    assertThat(CoseSignature.has(Algorithm.ES512)).isTrue();
    assertThat(CoseSignature.has(Algorithm.HS256)).isFalse();
    assertThatThrownBy(() -> CoseSignature.sign(new byte[0], "a/b", signer(Algorithm.HS256)))
        .isInstanceOf(IllegalArgumentException.class);
  }

  /** The promise of R8, for what is sent. */
  @Test
  void aMillionTokensOfWhichOnePercentIsRevokedFitIn16Kilobytes() {
    int[] revoked = new Random(8).ints(0, 1_000_000).distinct().limit(10_000).sorted().toArray();
    RevokedBits bits = new RevokedBits(new StatusList("list", "realm", END, SECRET), revoked, 1);
    byte[] claims =
        ListClaims.of(TokenStatusConfig.of(MapScope.of()))
            .cwt(
                bits,
                new IndexOrder(SECRET),
                ISSUER,
                ISSUER + "/token-status/Xk3fA9-_bQ2mZ7cd",
                ISSUER + "/token-status",
                END);
    byte[] cwt = CoseSignature.sign(claims, ListForm.CWT_TYPE, signer(Algorithm.RS256));
    System.out.println("A list of 1,000,000 tokens, 1 % revoked, as a CWT: " + cwt.length + " B");
    assertThat(cwt.length).isLessThanOrEqualTo(16 * 1024);
  }
}
