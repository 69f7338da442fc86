package dev.bulwark.server;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** L1: who tries the product meets its limit, and tests do not. */
class ServerSpecTest {

  @Test
  void theLimitHoldsInTheDevelopmentRunOnly() {
    assertThat(ServerSpec.builder().development().build().limiterOptions()).isEmpty();
    assertThat(ServerSpec.builder().build().limiterOptions().values())
        .containsExactly("127.0.0.0/8,::1/128");
    assertThat(ServerSpec.builder().withoutBundle().build().limiterOptions()).isEmpty();
  }

  @Test
  void aServerThatManyTestsUseMayCompileWhatIsCalledOften() {
    ServerSpec one = ServerSpec.builder().shortLived().build();
    ServerSpec many = ServerSpec.builder().shortLived().usedByMany().build();
    assertThat(one.jvmOptions()).contains(ServerSpec.QUICK_START);
    assertThat(many.jvmOptions())
        .doesNotContain(ServerSpec.QUICK_START)
        .anySatisfy(option -> assertThat(option).contains("java.math.BigInteger"));
    assertThat(many.shortLived()).isTrue();
  }
}
