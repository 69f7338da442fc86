package dev.bulwark.it.database;

import dev.bulwark.it.support.Waits;
import dev.bulwark.server.ServerSpec;
import org.awaitility.Awaitility;

/** A database server that Keycloak can use. It keeps its port and data when it is restarted. */
public interface DatabaseProcess extends AutoCloseable {

  /** Adds the options that lead Keycloak to the database. */
  ServerSpec.Builder configure(ServerSpec.Builder spec);

  /** Runs SQL statements and returns their rows as text, columns separated by {@code |}. */
  String sql(String statements);

  /** Waits until a query has an answer. */
  default void awaitAnswer(String query, String answer) {
    Awaitility.await().atMost(Waits.SOON).until(() -> sql(query).strip().equals(answer));
  }

  /** Stops the server; its clients lose their connections. */
  void stop();

  /** Ends the server as a crash does: what it keeps in memory is lost, also commits. */
  void crash();

  /** Starts the stopped server again and waits until it answers. */
  void startAgain();

  /** Ends it and deletes its data. */
  @Override
  void close();
}
