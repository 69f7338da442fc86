package dev.bulwark.password.argon2;

import org.bouncycastle.crypto.generators.Argon2BytesGenerator;

/**
 * BouncyCastle's Argon2, in Java: the one to use where libargon2 cannot be loaded. Memory comes
 * from the Java heap.
 */
public final class BouncyCastleArgon2Engine implements Argon2Engine {

  @Override
  public byte[] hash(Argon2Parameters parameters, byte[] password, byte[] salt) {
    Argon2Parameters.requireSaltLength(salt.length);
    org.bouncycastle.crypto.params.Argon2Parameters bcParameters =
        new org.bouncycastle.crypto.params.Argon2Parameters.Builder(parameters.type().code())
            .withVersion(parameters.version().code())
            .withMemoryAsKB(parameters.memory())
            .withIterations(parameters.iterations())
            .withParallelism(parameters.parallelism())
            .withSalt(salt)
            .build();
    Argon2BytesGenerator generator = new Argon2BytesGenerator();
    generator.init(bcParameters);
    byte[] hash = new byte[parameters.hashLength()];
    generator.generateBytes(password, hash);
    return hash;
  }

  @Override
  public String description() {
    return "BouncyCastle";
  }

  @Override
  public boolean isNative() {
    return false;
  }
}
