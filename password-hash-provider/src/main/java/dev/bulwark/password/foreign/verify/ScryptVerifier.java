package dev.bulwark.password.foreign.verify;

import dev.bulwark.password.foreign.Algorithms;
import dev.bulwark.password.foreign.Argon2Fields;
import dev.bulwark.password.foreign.CostLimits;
import dev.bulwark.password.foreign.ScryptParameters;
import dev.bulwark.password.foreign.StoredHash;
import dev.bulwark.password.foreign.UnusableHashException;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.Base64;
import org.bouncycastle.crypto.generators.SCrypt;

/** scrypt (RFC 7914), of passlib, Django and Werkzeug. */
public final class ScryptVerifier implements PasswordVerifier {

  @Override
  public String algorithm() {
    return Algorithms.SCRYPT;
  }

  @Override
  public Verification prepare(StoredHash stored, CostLimits limits) {
    byte[] expected;
    try {
      expected = Base64.getDecoder().decode(stored.value());
    } catch (IllegalArgumentException e) {
      throw new UnusableHashException("its hash is malformed");
    }
    ScryptParameters parameters =
        new ScryptParameters(
            stored.iterations(),
            Argon2Fields.number(stored.parameters(), ScryptParameters.R),
            Argon2Fields.number(stored.parameters(), ScryptParameters.P),
            expected.length);
    parameters.check(limits);
    CostLimits.checkSalt(stored.salt().length);
    return new Verification() {
      @Override
      public int memory() {
        // Fits: the limit does.
        return (int) parameters.memory();
      }

      @Override
      public int heap() {
        return (int) parameters.heap();
      }

      @Override
      public boolean matches(byte[] password) {
        byte[] computed =
            SCrypt.generate(
                password,
                stored.salt(),
                parameters.n(),
                parameters.r(),
                parameters.p(),
                expected.length);
        try {
          return MessageDigest.isEqual(computed, expected);
        } finally {
          Arrays.fill(computed, (byte) 0);
        }
      }
    };
  }
}
