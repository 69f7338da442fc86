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
        Cbor.document(
            out -> {
              out.writeStartObject(null, 2);
              out.writeFieldId(ALG);
              out.writeNumber(algorithm);
              out.writeFieldId(TYP);
              out.writeString(type);
              out.writeEndObject();
            });
    byte[] signed =
        Cbor.document(
            out -> {
              out.writeStartArray(null, 4);
              out.writeString("Signature1");
              out.writeBinary(header);
              out.writeBinary(new byte[0]);
              out.writeBinary(payload);
              out.writeEndArray();
            });
    byte[] signature = signature(signer, signed);
    return Cbor.document(
        out -> {
          out.writeTag(SIGN1);
          out.writeStartArray(null, 4);
          out.writeBinary(header);
          out.writeStartObject(null, 1);
          out.writeFieldId(KID);
          out.writeBinary(kid(signer));
          out.writeEndObject();
          out.writeBinary(payload);
          out.writeBinary(signature);
          out.writeEndArray();
        });
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
