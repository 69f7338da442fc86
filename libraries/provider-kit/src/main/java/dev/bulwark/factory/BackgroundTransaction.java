package dev.bulwark.factory;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.hibernate.Session;
import org.jspecify.annotations.Nullable;
import org.keycloak.connections.jpa.JpaConnectionProvider;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.KeycloakSessionFactory;
import org.keycloak.models.utils.KeycloakModelUtils;

/**
 * A transaction of Keycloak for the work of a background thread, which a database whose host is
 * gone does not hold up. Such a database ends no connection, so a statement or a commit would wait
 * until the operating system gives up: for a quarter of an hour, or forever. Thread-safe.
 *
 * <p>{@link TimeLimit} changes a setting of the connection, and changes it back at the end. Here
 * the pool has the connection again before the caller can do that.
 */
public final class BackgroundTransaction {

  /** For all statements of a transaction and its commit, however large the tables are. */
  public static final Duration DATABASE_TIME = Duration.ofMinutes(2);

  private BackgroundTransaction() {}

  /**
   * Does work in a transaction of its own. If it has not ended in time, its connection is closed,
   * and what waits for the database fails.
   *
   * @param limit longer than the work ever takes
   */
  public static <T extends @Nullable Object> T call(
      KeycloakSessionFactory factory, Duration limit, Function<KeycloakSession, T> work) {
    CompletableFuture<Boolean> ended = new CompletableFuture<>();
    try {
      return KeycloakModelUtils.runJobInTransactionWithResult(
          factory,
          session -> {
            closeUnless(ended, limit, connection(session));
            return work.apply(session);
          });
    } finally {
      ended.complete(true);
    }
  }

  /** The connection of the driver: that of the pool is one of many for the same one. */
  private static Connection connection(KeycloakSession session) {
    return session
        .getProvider(JpaConnectionProvider.class)
        .getEntityManager()
        .unwrap(Session.class)
        .doReturningWork(connection -> connection.unwrap(Connection.class));
  }

  private static void closeUnless(
      CompletableFuture<Boolean> ended, Duration limit, Connection connection) {
    var unused =
        ended
            .completeOnTimeout(false, limit.toMillis(), TimeUnit.MILLISECONDS)
            .thenAccept(
                inTime -> {
                  if (!inTime) {
                    // A thread of its own: a driver may ask the database to end the statement.
                    Thread closer = new Thread(() -> close(connection), "bulwark-close-connection");
                    closer.setDaemon(true);
                    closer.start();
                  }
                });
  }

  private static void close(Connection connection) {
    try {
      connection.abort(Runnable::run);
    } catch (SQLException e) {
      // The thread waits on. Nothing else ends it.
    }
  }
}
