package dev.bulwark.password.argon2;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** P7: libargon2 where it works, else BouncyCastle and the reason. */
class Argon2EnginesTest {

  @Test
  void nativeByDefault() {
    Argon2Engines.Choice choice = Argon2Engines.choose(true);
    assertThat(choice.engine().isNative()).isTrue();
    assertThat(choice.engine().description()).contains("argon2");
    assertThat(choice.fallbackReason()).isEmpty();
  }

  @Test
  void bouncyCastleOnWish() {
    Argon2Engines.Choice choice = Argon2Engines.choose(false);
    assertThat(choice.engine().isNative()).isFalse();
    assertThat(choice.fallbackReason()).as("a wish is no failure").isEmpty();
  }

  @Test
  void fallsBackWhenTheLibraryIsMissing() {
    Argon2Engines.Choice choice =
        Argon2Engines.choose(
            () -> {
              throw new UnsatisfiedLinkError("Unable to load library 'argon2'\nand much more");
            });
    assertThat(choice.engine()).isInstanceOf(BouncyCastleArgon2Engine.class);
    assertThat(choice.fallbackReason())
        .contains("UnsatisfiedLinkError: Unable to load library 'argon2'");
  }

  @Test
  void fallsBackWhenTheLibraryComputesNonsense() {
    Argon2Engine wrong =
        new Argon2Engine() {
          @Override
          public byte[] hash(Argon2Parameters parameters, byte[] password, byte[] salt) {
            return new byte[parameters.hashLength()];
          }

          @Override
          public String description() {
            return "broken library";
          }

          @Override
          public boolean isNative() {
            return true;
          }
        };
    Argon2Engines.Choice choice = Argon2Engines.choose(() -> wrong);
    assertThat(choice.engine().isNative()).isFalse();
    assertThat(choice.fallbackReason()).contains("broken library computes a wrong hash");
  }
}
