package dev.bulwark.revocation.issuance;

import dev.bulwark.revocation.ledger.LedgerDatabase;
import dev.bulwark.revocation.rules.LedgerToken;
import dev.bulwark.revocation.writer.LedgerWriter;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Writes the rows of tokens that have left, some milliseconds later and many at a time, and answers
 * the barriers of other nodes. It answers none, and the node stays busy, while rows are set aside:
 * their tokens have left without a row, whether their ids are reserved or not. Thread-safe.
 */
final class WriteBehind implements LedgerWriter.Observer {

  private static final Logger LOG = Logger.getLogger(WriteBehind.class);

  /**
   * Rows of so long go out together; nobody wakes the thread for a single row. Other nodes wait for
   * this one to acknowledge their barriers.
   */
  private static final Duration TICK = Duration.ofMillis(20);

  /**
   * The same where there is no other node. Who needs the rows here wakes the thread, so a longer
   * time costs nothing but the tokens that end early if the node is killed.
   */
  private static final Duration TICK_ALONE = Duration.ofMillis(100);

  private static final Duration IDLE_AFTER = Duration.ofSeconds(2);
  private static final Duration ASLEEP = Duration.ofSeconds(1);
  private static final Duration AFTER_FAILURE = Duration.ofMillis(500);
  private static final int MAX_BATCH = 256;

  /** From so many waiting rows on the thread is woken. */
  private static final int WAKE_THRESHOLD = 128;

  /** Rows that wait at most; about 100 MB. What comes on top takes the way of a failed row. */
  private static final int MAX_WAITING = 200_000;

  private final LedgerDatabase database;
  private final NodeTable nodes;
  private final LedgerWriter ledger;
  private final NodePresence presence;
  private final NodeName name;
  private final IdSupply supply;
  private final Queue<Entry> queue = new ConcurrentLinkedQueue<>();
  private final AtomicInteger waiting = new AtomicInteger();
  private final AtomicLong offered = new AtomicLong();
  private final Object progress = new Object();
  private final Thread thread = new Thread(this::run, "bulwark-revocation-ledger");

  /** Those whose rows were set aside, by jti. */
  private final Map<String, Entry> setAside = new ConcurrentHashMap<>();

  /** Whether the thread has been woken to make the node busy. */
  private final AtomicBoolean awaited = new AtomicBoolean();

  private volatile boolean others;
  private volatile boolean closed;

  /** Whether the database is to be told again whether the node is busy. */
  private volatile boolean doubted;

  private long handled;

  /** Whether the database is still to be told that the node is idle. */
  private boolean ending;

  private volatile long acknowledged;
  private long lastRow;

  WriteBehind(
      LedgerDatabase database,
      NodeTable nodes,
      LedgerWriter ledger,
      NodePresence presence,
      NodeName name,
      IdSupply supply) {
    this.database = database;
    this.nodes = nodes;
    this.ledger = ledger;
    this.presence = presence;
    this.name = name;
    this.supply = supply;
    this.thread.setDaemon(true);
  }

  void start() {
    presence.writer(thread);
    thread.start();
  }

  /** Whether other nodes raise barriers. */
  void others(boolean exist) {
    others = exist;
  }

  /** A token has left, or is about to. Does not wait. */
  void offer(LedgerToken token, ReservedId id) {
    if (waiting.incrementAndGet() > MAX_WAITING) {
      waiting.decrementAndGet();
      aside(
          List.of(new Entry(token, id)),
          new IllegalStateException("Too many rows wait for the database"));
      return;
    }
    offered.incrementAndGet();
    queue.add(new Entry(token, id));
    if (waiting.get() == WAKE_THRESHOLD) {
      LockSupport.unpark(thread);
    }
  }

  /**
   * Returns when the rows of all tokens that have left before are in the ledger. Returns false if
   * that takes too long, and at once if rows are set aside: they may be so for minutes, and what
   * has its row must not wait for them.
   */
  boolean awaitWritten(Duration limit) throws InterruptedException {
    return awaitWritten(offered(), limit);
  }

  /** The same for the first tokens that have left, so many. */
  boolean awaitWritten(long target, Duration limit) throws InterruptedException {
    return awaitHandled(target, limit) && !isBehind();
  }

  /** How many tokens have left. */
  long offered() {
    return offered.get();
  }

  /**
   * Returns when the rows of the first tokens that have left, so many, are in the ledger or set
   * aside; false if that takes too long.
   */
  boolean awaitHandled(long target, Duration limit) throws InterruptedException {
    long end = System.nanoTime() + limit.toNanos();
    synchronized (progress) {
      while (handled < target) {
        long left = end - System.nanoTime();
        if (left <= 0 || !thread.isAlive()) {
          return false;
        }
        LockSupport.unpark(thread);
        progress.wait(Math.max(1, Duration.ofNanos(left).toMillis()));
      }
    }
    return true;
  }

  /** Whether a row of a user is set aside. */
  boolean lacks(String realmId, String userId) {
    return setAside.values().stream()
        .anyMatch(
            entry -> entry.token.realmId().equals(realmId) && entry.token.userId().equals(userId));
  }

  private boolean isBehind() {
    return !setAside.isEmpty() || !ledger.isComplete();
  }

  private void run() {
    while (!closed || !queue.isEmpty()) {
      try {
        restate();
        if (presence.isBusy() || !queue.isEmpty()) {
          work();
        } else if (isToBeBusy()) {
          beBusy();
        } else if (ending) {
          database.run(connection -> nodes.idle(connection, name.get()));
          ending = false;
        } else {
          LockSupport.parkNanos(ASLEEP.toNanos());
        }
      } catch (SQLException e) {
        // Of the table of nodes: others wait for this one meanwhile, and say so.
        LOG.debug("Other nodes were not told what this one has written; it is tried again", e);
        LockSupport.parkNanos(AFTER_FAILURE.toNanos());
      } catch (Throwable e) {
        // An error too: nobody would start this thread again.
        LOG.warn("The ledger could not be written behind; it is tried again", e);
        LockSupport.parkNanos(AFTER_FAILURE.toNanos());
      }
    }
  }

  private boolean isToBeBusy() {
    // First: a row that is set aside after the look wakes the thread.
    awaited.set(false);
    // Rows count that are tried again at this moment: they wake nobody when that fails.
    return presence.isWanted() || !ledger.isComplete();
  }

  /** After a failover the database may lack that the node is busy, or that it is idle. */
  private void restate() throws SQLException {
    if (doubted) {
      doubted = false;
      try {
        if (presence.isBusy()) {
          database.call(connection -> nodes.busy(connection, name.get()));
        }
        // Asked again: if the node was lost meanwhile, its new name may be called busy now.
        ending |= !presence.isBusy();
      } catch (SQLException | RuntimeException e) {
        doubted = true;
        throw e;
      }
    }
  }

  private void beBusy() throws SQLException {
    String as = name.get();
    if (database.call(connection -> nodes.busy(connection, as))) {
      lastRow = System.nanoTime();
      // The name may be new, and the database another one that has fewer barriers.
      acknowledged = 0;
      ending = false;
      presence.becomeBusy(as);
    } else {
      // Before the first beat, or after the node was taken for lost: the next beat registers it.
      LockSupport.parkNanos(AFTER_FAILURE.toNanos());
    }
  }

  private void work() throws SQLException {
    if (waiting.get() < WAKE_THRESHOLD && !closed) {
      LockSupport.parkNanos((others ? TICK : TICK_ALONE).toNanos());
    }
    // Read before the rows are taken: what left before the barrier was raised is among them.
    long barrier = others ? database.call(nodes::barrier) : 0;
    write();
    if (barrier > acknowledged && !isBehind()) {
      if (database.callInTransaction(c -> nodes.acknowledge(c, name.get(), barrier))) {
        acknowledged = barrier;
      }
    }
    ending |=
        System.nanoTime() - lastRow > IDLE_AFTER.toNanos()
            && !isBehind()
            && presence.stopBeingBusy();
  }

  /** Writes all that waits now. */
  private void write() {
    int left = waiting.get();
    while (left > 0) {
      List<Entry> batch = new ArrayList<>();
      @Nullable Entry entry = null;
      while (batch.size() < Math.min(left, MAX_BATCH) && (entry = queue.poll()) != null) {
        batch.add(entry);
      }
      if (batch.isEmpty()) {
        return;
      }
      write(batch);
      left -= batch.size();
    }
  }

  private void write(List<Entry> batch) {
    lastRow = System.nanoTime();
    try {
      ledger.write(batch.stream().map(Entry::token).toList());
      batch.forEach(entry -> settle(entry.id));
    } catch (Exception e) {
      aside(batch, e);
    } catch (Error e) {
      // It is not the fault of the rows, and the next try may succeed.
      aside(batch, new IllegalStateException(e));
      throw e;
    } finally {
      waiting.addAndGet(-batch.size());
      synchronized (progress) {
        handled += batch.size();
        progress.notifyAll();
      }
    }
  }

  /**
   * The ids stay unsettled until the rows are in: if this node is lost before, they are revoked.
   */
  private void aside(List<Entry> entries, Exception reason) {
    // All of them first: what follows needs memory.
    entries.forEach(entry -> setAside.put(entry.token.jti(), entry));
    entries.forEach(entry -> ledger.postpone(entry.token, reason));
  }

  /**
   * Forgets rows set aside whose tokens have expired. Those beyond the most that the ledger's
   * writer keeps are known here alone.
   *
   * @param now seconds since 1970
   */
  void forgetExpired(long now) {
    setAside
        .values()
        .removeIf(
            entry -> {
              boolean expired = entry.token.expiresAt() <= now;
              if (expired) {
                settle(entry.id);
              }
              return expired;
            });
  }

  /** The token has its row. */
  void settle(ReservedId id) {
    if (id.block().settle(id.index())) {
      presence.end();
    }
  }

  /** The token is revoked, whether it gets its row or not. */
  void giveUp(ReservedId id) {
    setAside.remove(id.jti());
    settle(id);
  }

  @Override
  public void written(List<LedgerToken> tokens) {
    if (setAside.isEmpty()) {
      return;
    }
    for (LedgerToken token : tokens) {
      Entry entry = setAside.remove(token.jti());
      if (entry != null) {
        settle(entry.id);
      }
    }
  }

  /** The node is to be busy now: others have to wait for the row. */
  @Override
  public void postponed() {
    // Once: while the database is short of connections, each token comes here.
    if (!presence.isBusy() && awaited.compareAndSet(false, true)) {
      LockSupport.unpark(thread);
    }
  }

  /** The database may lack its last commits, and blocks with them. */
  @Override
  public void doubted() {
    supply.discard();
    acknowledged = 0;
    doubted = true;
  }

  @Override
  public boolean isCovered(LedgerToken token) {
    return setAside.containsKey(token.jti());
  }

  /** Writes what waits for the last time; no more tokens are issued. */
  void close() throws InterruptedException {
    closed = true;
    LockSupport.unpark(thread);
    thread.join(ASLEEP.toMillis() * 5);
  }

  private record Entry(LedgerToken token, ReservedId id) {}
}
