package dev.bulwark.events.webhook;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SignatureTest {

  /** The example of the specification Standard Webhooks. */
  @Test
  void signsAsTheSpecificationDoes() {
    assertThat(
            Signature.of("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
                .sign("msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, "{\"test\": 2432232314}"))
        .isEqualTo("v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
        "whsec_",
        "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2La",
        "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaS!",
        "whsec_ MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
      })
  void refusesAnotherForm(String secret) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Signature.of(secret))
        .satisfies(e -> assertThat(e.getMessage()).doesNotContain("MfKQ9"));
  }
}
