package dev.bulwark.revocation.ledger;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.util.concurrent.atomic.AtomicInteger;

/** Counts the prepared statements that a connection executes: each is a round trip. */
public final class CountedStatements {

  private final Connection connection;
  private final AtomicInteger executed = new AtomicInteger();

  /** Of a connection that is used by {@link #connection()} from now on. */
  public CountedStatements(Connection real) {
    connection =
        proxy(
            Connection.class,
            (proxy, method, arguments) -> {
              Object result = method.invoke(real, arguments);
              return result instanceof PreparedStatement statement ? counted(statement) : result;
            });
  }

  private PreparedStatement counted(PreparedStatement real) {
    return proxy(
        PreparedStatement.class,
        (proxy, method, arguments) -> {
          if (method.getName().startsWith("execute")) {
            executed.incrementAndGet();
          }
          return method.invoke(real, arguments);
        });
  }

  private static <T> T proxy(Class<T> type, InvocationHandler handler) {
    InvocationHandler unwrapping =
        (proxy, method, arguments) -> {
          try {
            return handler.invoke(proxy, method, arguments);
          } catch (InvocationTargetException e) {
            throw e.getCause();
          }
        };
    return type.cast(
        Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, unwrapping));
  }

  /** The connection whose statements are counted. */
  public Connection connection() {
    return connection;
  }

  /** How many it has executed so far. */
  public int executed() {
    return executed.get();
  }
}
