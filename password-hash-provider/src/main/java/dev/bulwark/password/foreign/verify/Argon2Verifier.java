package dev.bulwark.password.foreign.verify;

import dev.bulwark.password.argon2.Argon2Engine;
import dev.bulwark.password.argon2.Argon2Parameters;
import dev.bulwark.password.foreign.Algorithms;
import dev.bulwark.password.foreign.Argon2Fields;
import dev.bulwark.password.foreign.CostLimits;
import dev.bulwark.password.foreign.StoredHash;
import dev.bulwark.password.foreign.UnusableHashException;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.Base64;

/** Argon2 i, d and id, versions 0x10 and 0x13. */
public final class Argon2Verifier implements PasswordVerifier {

  private final Argon2Engine engine;

  /** With the engine that computes. */
  public Argon2Verifier(Argon2Engine engine) {
    this.engine = engine;
  }

  @Override
  public String algorithm() {
    return Algorithms.ARGON2;
  }

  @Override
  public Verification prepare(StoredHash stored, CostLimits limits) {
    Argon2Parameters parameters = Argon2Fields.read(stored.iterations(), stored.parameters());
    limits.check(parameters);
    limits.checkHeap(engine.heap(parameters));
    byte[] expected;
    try {
      Argon2Parameters.requireSaltLength(stored.salt().length);
      expected = Base64.getDecoder().decode(stored.value());
    } catch (IllegalArgumentException e) {
      throw new UnusableHashException("its salt or hash is malformed");
    }
    if (expected.length != parameters.hashLength()) {
      throw new UnusableHashException("its hash is not of the length it claims");
    }
    return new Verification() {
      @Override
      public int memory() {
        return parameters.kib();
      }

      @Override
      public int heap() {
        return engine.heap(parameters);
      }

      @Override
      public boolean matches(byte[] password) {
        byte[] computed = engine.hash(parameters, password, stored.salt());
        try {
          return MessageDigest.isEqual(computed, expected);
        } finally {
          Arrays.fill(computed, (byte) 0);
        }
      }
    };
  }
}
