package dev.bulwark.checker.statuslist;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.jwk.OctetKeyPair;
import com.nimbusds.jwt.SignedJWT;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.Signature;
import java.security.spec.EdECPoint;
import java.security.spec.EdECPublicKeySpec;
import java.security.spec.NamedParameterSpec;

/**
 * Signatures with Ed25519 and Ed448, by Java itself: {@code nimbus-jose-jwt} needs a further
 * library for them.
 */
final class EdDsa {

  private static final String NAME = "EdDSA";
  private static final int HIGHEST_BIT = 0x80;

  private EdDsa() {}

  /**
   * Whether a key has signed it.
   *
   * @throws JOSEException if the key or the signature is malformed
   */
  static boolean hasSigned(OctetKeyPair key, SignedJWT jwt) throws JOSEException {
    try {
      Signature signature = Signature.getInstance(NAME);
      signature.initVerify(publicKey(key));
      signature.update(jwt.getSigningInput());
      return signature.verify(jwt.getSignature().decode());
    } catch (GeneralSecurityException e) {
      throw new JOSEException("EdDSA: " + e.getMessage(), e);
    }
  }

  /** RFC 8032: the number y, its lowest byte first, with the parity of x in the highest bit. */
  private static PublicKey publicKey(OctetKeyPair key) throws GeneralSecurityException {
    byte[] encoded = key.getDecodedX();
    byte[] y = new byte[encoded.length];
    for (int i = 0; i < y.length; i++) {
      y[i] = encoded[y.length - 1 - i];
    }
    boolean isOdd = y.length > 0 && (y[0] & HIGHEST_BIT) != 0;
    if (isOdd) {
      y[0] ^= (byte) HIGHEST_BIT;
    }
    return KeyFactory.getInstance(NAME)
        .generatePublic(
            new EdECPublicKeySpec(
                new NamedParameterSpec(key.getCurve().getName()),
                new EdECPoint(isOdd, new BigInteger(1, y))));
  }
}
