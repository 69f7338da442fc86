package dev.bulwark.revocation.ledger;

import java.sql.SQLException;
import java.time.Duration;
import java.util.UUID;

/** A lease that this node takes, renews and gives back. Thread-safe. */
public final class Lease {

  private final LedgerDatabase database;
  private final String name;
  private final Duration life;
  private final String node = UUID.randomUUID().toString();

  private long terms;
  private boolean held;
  private long acquiredAt;

  /**
   * Not taken yet.
   *
   * @param name of the work for which one node of the cluster has it
   * @param life after which another node can take it
   */
  public Lease(LedgerDatabase database, String name, Duration life) {
    this.database = database;
    this.name = name;
    this.life = life;
  }

  /** Takes or renews it; returns whether this node has it now. */
  public boolean acquire() throws SQLException {
    long before = System.nanoTime();
    boolean acquired = database.call(c -> database.leases().acquire(c, name, node, life));
    note(acquired, before);
    return acquired;
  }

  private synchronized void note(boolean acquired, long at) {
    if (!held || at - acquiredAt > life.toNanos()) {
      terms++;
    }
    held = acquired;
    acquiredAt = at;
  }

  /** Lets another node take it at once, if this one has it. */
  public void release() throws SQLException {
    database.run(connection -> database.leases().release(connection, name, node));
  }

  /**
   * Returns the number of the term, in which no other node has had it; 0 if this node had not got
   * it at the last attempt.
   */
  public synchronized long term() {
    return held ? terms : 0;
  }

  /** Returns the name of this node, another one for each lease. */
  public String node() {
    return node;
  }
}
