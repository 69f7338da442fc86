package dev.bulwark.globalrevocation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bulwark.testing.Corpus;
import java.io.IOException;
import java.util.stream.Stream;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * R10: a body is refused by a message that has nothing of it, or names a user by texts that a
 * database can look for.
 *
 * <p>Target of {@code testing/fuzz/run}; the test replays the inputs that were kept.
 */
public class SubjectIdentifierFuzzTest {

  static Stream<Named<byte[]>> corpus() throws IOException {
    return Corpus.of(SubjectIdentifierFuzzTest.class);
  }

  @ParameterizedTest
  @MethodSource("corpus")
  @Timeout(10)
  void holds(byte[] input) {
    fuzzerTestOneInput(input);
  }

  /** The target: the body of a request. */
  public static void fuzzerTestOneInput(byte[] input) {
    SubjectIdentifier subject;
    try {
      subject = SubjectIdentifier.read(input);
    } catch (RequestException e) {
      assertThat(e.status()).isEqualTo(400);
      // One of a handful of fixed texts.
      assertThat(e.description())
          .matches("(The body|sub_id\\.(format|iss|sub|email|id)) [A-Za-z0-9 ,_\"]{10,80}");
      return;
    }
    if (subject instanceof SubjectIdentifier.IssuerSubject named) {
      assertThat(PlainText.isPlain(named.issuer()) && PlainText.isPlain(named.subject())).isTrue();
    } else if (subject instanceof SubjectIdentifier.Email email) {
      assertThat(PlainText.isPlain(email.address())).isTrue();
    } else {
      assertThat(PlainText.isPlain(((SubjectIdentifier.Opaque) subject).id())).isTrue();
    }
  }
}
