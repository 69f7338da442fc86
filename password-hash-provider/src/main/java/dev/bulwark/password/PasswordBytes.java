package dev.bulwark.password;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetEncoder;
import java.nio.charset.CoderResult;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.function.Function;

/**
 * A password as UTF-8 bytes, whole and as it is given: no truncation, no normalization. The bytes
 * are wiped after use; the String they come from is Keycloak's and cannot be.
 */
final class PasswordBytes {

  private PasswordBytes() {}

  /**
   * Runs the work on the bytes and wipes them.
   *
   * @throws MalformedPasswordException when the text is no Unicode (half a surrogate pair): two
   *     such passwords would have the same bytes
   */
  static <T> T use(String password, Function<byte[], T> work) {
    byte[] bytes = encode(password);
    try {
      return work.apply(bytes);
    } finally {
      Arrays.fill(bytes, (byte) 0);
    }
  }

  private static byte[] encode(String password) {
    CharsetEncoder encoder =
        StandardCharsets.UTF_8
            .newEncoder()
            .onMalformedInput(CodingErrorAction.REPORT)
            .onUnmappableCharacter(CodingErrorAction.REPORT);
    // A buffer that is large enough: the encoder's own one grows and leaves its smaller copies
    // behind, which nobody could wipe.
    int max = (int) Math.ceil((double) encoder.maxBytesPerChar() * password.length());
    ByteBuffer buffer = ByteBuffer.allocate(max);
    try {
      CoderResult result = encoder.encode(CharBuffer.wrap(password), buffer, true);
      if (result.isError()) {
        throw new MalformedPasswordException();
      }
      return Arrays.copyOf(buffer.array(), buffer.position());
    } finally {
      Arrays.fill(buffer.array(), (byte) 0);
    }
  }

  /** The password is no well-formed Unicode text. */
  static final class MalformedPasswordException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    MalformedPasswordException() {
      super("The password is not valid Unicode text");
    }
  }
}
