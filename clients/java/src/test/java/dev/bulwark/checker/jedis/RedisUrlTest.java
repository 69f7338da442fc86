package dev.bulwark.checker.jedis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The forms of Keycloak's option {@code url} of redis-connection. (R4, R5) */
class RedisUrlTest {

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          redis://localhost                        | STANDALONE [localhost:6379]               | false | 0
          redis://h:7/3                            | STANDALONE [h:7]                          | false | 3
          rediss://[::1]:7                         | STANDALONE [::1:7]                        | true  | 0
          redis-sentinel://a,b:7/main              | SENTINEL [a:26379, b:7] main              | false | 0
          rediss-sentinel://a/main?db=2            | SENTINEL [a:26379] main                   | true  | 2
          redis-cluster://a:1,b:2                  | CLUSTER [a:1, b:2]                        | false | 0
          """)
  void isRead(String url, String target, boolean tls, int database) {
    RedisUrl read = RedisUrl.parse(url);
    assertThat(read).hasToString(target);
    assertThat(read.tls()).isEqualTo(tls);
    assertThat(read.database()).isEqualTo(database);
    assertThat(read.password()).isNull();
  }

  @Test
  void credentialsAreDecodedAndNotPrinted() {
    RedisUrl read = RedisUrl.parse("redis://app:a%2Fb+c%40d@h/1");
    assertThat(read.user()).isEqualTo("app");
    assertThat(read.password()).isEqualTo("a/b+c@d");
    assertThat(read).asString().doesNotContain("a/b");
    assertThat(RedisUrl.parse("redis://:secret@h").user()).isNull();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "localhost:6379",
        "http://h",
        "redis://",
        "redis://a,b",
        "redis://h:0",
        "redis://h:70000",
        "redis://h/x",
        "redis://h/0?db=1",
        "redis://correct-horse@h",
        "redis://:correct-horse@",
        "redis://:correct-horse%zz@h",
        "redis-sentinel://a",
        "redis-sentinel://a/main?x=1",
        "redis-cluster://a/1"
      })
  void anythingElseIsRejectedWithoutItsSecret(String url) {
    assertThatThrownBy(() -> RedisUrl.parse(url))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("the URL of Redis cannot be read")
        .hasMessageNotContaining("correct-horse");
  }
}
