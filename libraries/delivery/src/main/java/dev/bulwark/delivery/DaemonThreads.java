package dev.bulwark.delivery;

import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicInteger;

/** Makes numbered threads that do not keep the server from stopping. Thread-safe. */
public final class DaemonThreads implements ThreadFactory {

  private final String name;
  private final AtomicInteger number = new AtomicInteger();

  /**
   * Creates one.
   *
   * @param name of its threads, before their number
   */
  public DaemonThreads(String name) {
    this.name = name;
  }

  @Override
  public Thread newThread(Runnable task) {
    Thread thread = new Thread(task, name + "-" + number.incrementAndGet());
    thread.setDaemon(true);
    return thread;
  }
}
