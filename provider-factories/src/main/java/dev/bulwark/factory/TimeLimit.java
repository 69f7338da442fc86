package dev.bulwark.factory;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.Statement;
import java.time.Duration;

/** Gives every statement of a connection a time limit. Thread-safe. */
public final class TimeLimit {

  private TimeLimit() {}

  /**
   * The connection with a limit.
   *
   * @param limit rounded up to seconds, which is what drivers take
   */
  public static Connection on(Connection connection, Duration limit) {
    int seconds = seconds(limit);
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

  /** A limit in seconds, rounded up; 1 at least. */
  public static int seconds(Duration limit) {
    return (int) Math.max(1, Math.min(Integer.MAX_VALUE, limit.plusMillis(999).toSeconds()));
  }
}
