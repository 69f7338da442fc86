package dev.bulwark.factory;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/** Gives every statement of a connection a time limit. Thread-safe. */
public final class TimeLimit {

  /** For the database to end a statement that has reached its limit, and to answer. */
  private static final int CANCEL_SECONDS = 5;

  private TimeLimit() {}

  /** Work on a connection. */
  @FunctionalInterface
  public interface Work<T> {
    /** Does it. */
    T on(Connection connection) throws SQLException;
  }

  /** Does work within the limits of {@link #on} and of {@link #answered}. */
  public static <T> T call(Connection connection, Duration limit, Work<T> work)
      throws SQLException {
    return answered(connection, limit, answering -> work.on(on(answering, limit)));
  }

  /**
   * Does work on a connection that the driver closes if the database is gone. A database whose host
   * has lost power or was cut off does not end a statement at its limit. The driver would wait for
   * it until the operating system gives up: for a quarter of an hour, or forever. So it closes the
   * connection when nothing arrives for five seconds more than the limit.
   *
   * @param limit of the statements, rounded up to seconds
   */
  public static <T> T answered(Connection connection, Duration limit, Work<T> work)
      throws SQLException {
    int before = connection.getNetworkTimeout();
    connection.setNetworkTimeout(Runnable::run, networkTimeout(limit));
    try {
      return work.on(connection);
    } finally {
      restore(connection, before);
    }
  }

  private static int networkTimeout(Duration limit) {
    long millis = TimeUnit.SECONDS.toMillis(CANCEL_SECONDS + (long) seconds(limit));
    return (int) Math.min(Integer.MAX_VALUE, millis);
  }

  /** The pool keeps the connection with this setting, and gives it to others. */
  private static void restore(Connection connection, int millis) {
    try {
      connection.setNetworkTimeout(Runnable::run, millis);
    } catch (SQLException e) {
      // The driver has closed it, and the failure of the work says why.
    }
  }

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
