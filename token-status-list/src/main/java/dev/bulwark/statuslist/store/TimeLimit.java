package dev.bulwark.statuslist.store;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.Statement;
import java.time.Duration;

/** Gives every statement of a connection a time limit. */
final class TimeLimit {

  private TimeLimit() {}

  /**
   * Returns the connection with a limit.
   *
   * @param limit rounded up to seconds, which is what drivers take
   */
  static Connection on(Connection connection, Duration limit) {
    int seconds = (int) limit.plusMillis(999).toSeconds();
    return (Connection)
        Proxy.newProxyInstance(
            TimeLimit.class.getClassLoader(),
            new Class<?>[] {Connection.class},
            (proxy, method, arguments) -> {
              try {
                Object result = method.invoke(connection, arguments);
                if (result instanceof Statement statement) {
                  statement.setQueryTimeout(seconds);
                }
                return result;
              } catch (InvocationTargetException e) {
                throw e.getCause() == null ? e : e.getCause();
              }
            });
  }
}
