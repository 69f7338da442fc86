package dev.bulwark.revocation.push;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class NodeInfoTest {

  private static final byte[] SERVER =
      bytes("# Server\r\nrun_id:abc\r\nserver_time_usec:1700000000123456\r\n");
  private static final byte[] REPLICATION = bytes("# Replication\r\nmaster_replid:def\r\n");

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static Object time(String seconds, String micros) {
    return List.of(bytes(seconds), bytes(micros));
  }

  private static NodeInfo of(@Nullable Object server, @Nullable Object time) {
    return NodeInfo.of(server, REPLICATION, time);
  }

  @Test
  void aNodeThatSaysAllIsIdentified() {
    NodeInfo info = of(SERVER, time("1700000001", "5000"));
    assertThat(info.life()).isEqualTo("abc/def");
    assertThat(info.isIdentified()).isTrue();
    assertThat(info.clock()).hasValue(1_700_000_001_005L);
  }

  @Test
  void withoutTimeTheServersInfoTellsTheClock() {
    assertThat(of(SERVER, null).clock()).hasValue(1_700_000_000_123L);
    assertThat(of(SERVER, time("soon", "0")).clock()).hasValue(1_700_000_000_123L);
  }

  @Test
  void aNodeThatHidesItselfIsNotIdentified() {
    NodeInfo info = NodeInfo.of(null, null, null);
    assertThat(info.isIdentified()).isFalse();
    assertThat(info.life()).isEqualTo("unknown/unknown");
    assertThat(info.clock()).isEmpty();
    assertThat(of(bytes("redis_version:7.2\r\n"), null).isIdentified()).isFalse();
  }
}
