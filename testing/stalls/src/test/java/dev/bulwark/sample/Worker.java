package dev.bulwark.sample;

import java.util.Arrays;

/** A program whose one method runs again and again, until it is seen to stall. */
public final class Worker {

  private static final int CALLS = 1_000;

  private static volatile int calls;

  private Worker() {}

  public static void main(String[] args) throws InterruptedException {
    Thread thread = new Thread(Worker::workOften);
    thread.start();
    boolean stalled = false;
    while (!stalled && thread.isAlive()) {
      stalled =
          Arrays.stream(thread.getStackTrace())
              .anyMatch(frame -> frame.getClassName().endsWith(".Stall"));
    }
    thread.join();
    System.out.println((stalled ? "stalled" : "never stalled") + " in " + calls + " calls");
  }

  private static void workOften() {
    for (int i = 0; i < CALLS; i++) {
      work();
    }
  }

  static void work() {
    calls++;
  }
}
