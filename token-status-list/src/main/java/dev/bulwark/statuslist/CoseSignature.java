package dev.bulwark.statuslist;

import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.keycloak.crypto.Algorithm;
import org.keycloak.crypto.SignatureException;
import org.keycloak.crypto.SignatureSignerContext;

/** Signs a list as COSE_Sign1 (RFC 9052, section 4.2; section 5.2 of the draft). */
final class CoseSignature {

  /** By their names in JOSE: RFC 9053 and RFC 8812. */
  private static final Map<String, Integer> ALGORITHMS =
      Map.of(
          Algorithm.RS256, -257,
          Algorithm.RS384, -258,
          Algorithm.RS512, -259,
          Algorithm.PS256, -37,
          Algorithm.PS384, -38,
          Algorithm.PS512, -39,
          Algorithm.ES256, -7,
          Algorithm.ES384, -35,
          Algorithm.ES512, -36,
          Algorithm.EdDSA, -8);

  private static final int SIGN1 = 18;

  /** Labels of headers. */
  private static final int ALG = 1;

  private static final int KID = 4;
  private static final int TYP = 16;

  private CoseSignature() {}

  /** Whether COSE has such an algorithm. */
  static boolean has(String algorithm) {
    return ALGORITHMS.containsKey(algorithm);
  }

  /**
   * Returns the signed document.
   *
   * @param type media type, in the header {@code typ}
   * @param signer with an algorithm that {@link #has} knows
   */
  static byte[] sign(byte[] payload, String type, SignatureSignerContext signer) {
    Integer algorithm = ALGORITHMS.get(signer.getAlgorithm());
    if (algorithm == null) {
      throw new IllegalArgumentException("COSE has no algorithm " + signer.getAlgorithm());
    }
    byte[] header =
        new CborWriter().map(2).number(ALG).number(algorithm).number(TYP).text(type).toBytes();
    byte[] signed =
        new CborWriter()
            .array(4)
            .text("Signature1")
            .bytes(header)
            .bytes(new byte[0])
            .bytes(payload)
            .toBytes();
    return new CborWriter()
        .tag(SIGN1)
        .array(4)
        .bytes(header)
        .map(1)
        .number(KID)
        .bytes(kid(signer))
        .bytes(payload)
        .bytes(signature(signer, signed))
        .toBytes();
  }

  private static byte[] kid(SignatureSignerContext signer) {
    return signer.getKid().getBytes(StandardCharsets.UTF_8);
  }

  private static byte[] signature(SignatureSignerContext signer, byte[] signed) {
    try {
      return signer.sign(signed);
    } catch (SignatureException e) {
      throw new IllegalStateException("The list cannot be signed", e);
    }
  }
}
