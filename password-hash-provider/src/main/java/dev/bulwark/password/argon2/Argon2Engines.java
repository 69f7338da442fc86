package dev.bulwark.password.argon2;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Optional;
import java.util.function.Supplier;

/** Chooses the engine: libargon2 where it loads and computes a known answer, else BouncyCastle. */
public final class Argon2Engines {

  // The reference program: printf self-test | argon2 bulwark-self-test -id -v 13 -k 32 -t 2 -p 2 -l
  // 32 -r
  private static final Argon2Parameters SELF_TEST_PARAMETERS =
      new Argon2Parameters(Argon2Type.ID, Argon2Version.V13, 32, 2, 2, 32);
  private static final String SELF_TEST_PASSWORD = "self-test";
  private static final String SELF_TEST_SALT = "bulwark-self-test";
  private static final String SELF_TEST_HASH =
      "c87e9e530c2e90129754c93b5199ad2ae74acc5473b8122287aad7073aa098ff";

  private Argon2Engines() {}

  /**
   * The engine and, where it is not the one that was wished, why.
   *
   * @param engine works: it has computed a known answer
   * @param fallbackReason why libargon2 is not used although it was wished
   */
  public record Choice(Argon2Engine engine, Optional<String> fallbackReason) {}

  /**
   * Chooses an engine.
   *
   * @param wishNative false to use BouncyCastle without trying libargon2
   */
  public static Choice choose(boolean wishNative) {
    return wishNative
        ? choose(NativeArgon2Engine::load)
        : new Choice(new BouncyCastleArgon2Engine(), Optional.empty());
  }

  static Choice choose(Supplier<? extends Argon2Engine> preferred) {
    try {
      Argon2Engine engine = preferred.get();
      if (computesKnownAnswer(engine)) {
        return new Choice(engine, Optional.empty());
      }
      return fallback(engine.description() + " computes a wrong hash");
    } catch (LinkageError | RuntimeException e) {
      // UnsatisfiedLinkError: no library; NoClassDefFoundError: JNA itself failed;
      // IllegalStateException: it does not compute.
      return fallback(rootMessage(e));
    }
  }

  private static Choice fallback(String reason) {
    return new Choice(new BouncyCastleArgon2Engine(), Optional.of(reason));
  }

  private static boolean computesKnownAnswer(Argon2Engine engine) {
    byte[] hash =
        engine.hash(
            SELF_TEST_PARAMETERS,
            SELF_TEST_PASSWORD.getBytes(StandardCharsets.UTF_8),
            SELF_TEST_SALT.getBytes(StandardCharsets.UTF_8));
    return Arrays.equals(hash, HexFormat.of().parseHex(SELF_TEST_HASH));
  }

  private static String rootMessage(Throwable e) {
    Throwable cause = e;
    while (cause.getCause() != null) {
      cause = cause.getCause();
    }
    String message = cause.getMessage();
    String type = cause.getClass().getSimpleName();
    return message == null ? type : type + ": " + message.lines().findFirst().orElse("");
  }
}
