package dev.bulwark.redis.client;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RedisFailureKindTest {

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          WRONGPASS invalid username-password pair or user is disabled. | authentication
          Sentinel 127.0.0.1:1: NOAUTH HELLO must be called | authentication
          NOPERM User bulwark has no permissions to access a key | permission
          javax.net.ssl.SSLHandshakeException: PKIX path building failed | tls
          OOM command not allowed when used memory > 'maxmemory'. | refuses-writes
          READONLY You can't write against a read only replica. | refuses-writes
          CLUSTERDOWN The cluster is down | cluster-down
          LOADING Redis is loading the dataset in memory | loading
          java.net.SocketTimeoutException: Read timed out | time-out
          Failed to connect to 127.0.0.1:1. (Connection refused) | unreachable
          Unexpected end of stream. (Attempting to read from a broken connection.) | unreachable
          Sentinel h:1: it does not know the group 'g' | unreachable
          something new | other
          """)
  void theKindIsOneWordWithoutAddresses(String error, String kind) {
    assertThat(RedisFailureKind.of(error).text()).isEqualTo(kind);
  }
}
