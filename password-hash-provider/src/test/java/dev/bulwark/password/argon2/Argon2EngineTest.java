package dev.bulwark.password.argon2;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * P2, P7: both engines compute what the reference implementation computes, for i, d and id,
 * versions 0x10 and 0x13.
 */
class Argon2EngineTest {

  private static final List<Argon2Engine> ENGINES =
      List.of(NativeArgon2Engine.load(), new BouncyCastleArgon2Engine());

  static Stream<Arguments> vectors() {
    return ENGINES.stream()
        .flatMap(
            engine ->
                ReferenceVectors.all().stream()
                    .map(
                        vector -> Arguments.of(engine.getClass().getSimpleName(), engine, vector)));
  }

  @ParameterizedTest(name = "{0} {2}")
  @MethodSource("vectors")
  void computesTheReferenceHash(String name, Argon2Engine engine, ReferenceVectors.Vector vector) {
    byte[] password = vector.password().getBytes(StandardCharsets.UTF_8);
    assertThat(engine.hash(vector.parameters(), password, vector.salt())).isEqualTo(vector.hash());
    assertThat(password)
        .as("the caller's array is left alone")
        .isEqualTo(vector.password().getBytes(StandardCharsets.UTF_8));
  }

  @Test
  void vectorsCoverEveryVariant() {
    assertThat(
            ReferenceVectors.all().stream()
                .map(v -> v.parameters().type() + "/" + v.parameters().version())
                .distinct())
        .containsExactlyInAnyOrder("I/V10", "I/V13", "D/V10", "D/V13", "ID/V10", "ID/V13");
  }

  @Test
  void refusesASaltOutOfRange() {
    Argon2Parameters parameters =
        new Argon2Parameters(Argon2Type.ID, Argon2Version.V13, 64, 1, 1, 32);
    for (Argon2Engine engine : ENGINES) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> engine.hash(parameters, new byte[0], new byte[7]))
          .withMessageContaining("salt length 7");
    }
  }

  @Test
  void lessMemoryThanTheLanesTakeIsComputedInJavaAndCountsInFull() {
    Argon2Parameters few = new Argon2Parameters(Argon2Type.ID, Argon2Version.V13, 31, 2, 4, 32);
    assertThat(few.isStandard()).isFalse();
    assertThat(few.kib()).isEqualTo(32);
    assertThat(few.work()).isEqualTo(64);
    for (Argon2Engine engine : ENGINES) {
      assertThat(engine.heap(few)).isEqualTo(32);
      assertThat(engine.hash(few, new byte[1], new byte[16]))
          .isEqualTo(new BouncyCastleArgon2Engine().hash(few, new byte[1], new byte[16]));
    }
  }

  @Test
  void moreLanesThanThreadsAreTheSameHash() {
    Argon2Parameters many =
        new Argon2Parameters(Argon2Type.ID, Argon2Version.V13, 1600, 1, 200, 32);
    assertThat(
            ENGINES.stream()
                .map(e -> HexFormat.of().formatHex(e.hash(many, new byte[1], new byte[16])))
                .distinct())
        .hasSize(1);
  }

  @Test
  void parametersOutOfRangeAreNamed() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new Argon2Parameters(Argon2Type.ID, Argon2Version.V13, 0, 1, 4, 32))
        .withMessageContaining("memory 0");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new Argon2Parameters(Argon2Type.ID, Argon2Version.V13, 64, 0, 4, 32))
        .withMessageContaining("iterations 0");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new Argon2Parameters(Argon2Type.ID, Argon2Version.V13, 64, 1, 0, 32))
        .withMessageContaining("parallelism 0");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new Argon2Parameters(Argon2Type.ID, Argon2Version.V13, 64, 1, 1, 3))
        .withMessageContaining("hash length 3");
  }
}
