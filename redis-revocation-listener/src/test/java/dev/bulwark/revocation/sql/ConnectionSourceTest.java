package dev.bulwark.revocation.sql;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.sql.SQLException;
import java.sql.SQLTimeoutException;
import org.junit.jupiter.api.Test;

class ConnectionSourceTest {

  private static ConnectionSource failing(RuntimeException failure) {
    return ConnectionSource.ofKeycloak(
        () -> {
          throw failure;
        });
  }

  @Test
  void aBrokenConnectionIsTheDriversException() {
    SQLException cause = new SQLException("refused", "08001");
    assertThatThrownBy(failing(new RuntimeException("no connection", cause))::open).isSameAs(cause);
  }

  @Test
  void anEmptyPoolIsATimeout() {
    SQLException cause = new SQLException("Sorry, acquisition timeout!");
    assertThatThrownBy(failing(new RuntimeException("no connection", cause))::open)
        .isInstanceOf(SQLTimeoutException.class)
        .hasMessage("Sorry, acquisition timeout!")
        .hasCause(cause);
  }

  @Test
  void anotherFailureStaysAsItIs() {
    IllegalStateException failure = new IllegalStateException("closed");
    assertThatThrownBy(failing(failure)::open).isSameAs(failure);
  }
}
