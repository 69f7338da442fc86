package dev.bulwark.stalls;

import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicLong;

/** Holds up the calling thread now and then. Thread-safe. */
public final class Stall {

  /** Of the calls of a place, this share stalls: of two threads that come there, one often. */
  private static final double SHARE = 0.5;

  private static final int MAX_MILLIS = 100;

  /** A place stalls so long in all: one in a loop would hold up everything. */
  private static final long MILLIS_OF_A_PLACE = 300;

  private static final Map<String, AtomicLong> STALLED = new ConcurrentHashMap<>();

  private Stall() {}

  /**
   * Stalls for 1 to 100 ms, or does not.
   *
   * @param place the name of a method
   */
  public static void at(String place) {
    ThreadLocalRandom random = ThreadLocalRandom.current();
    if (random.nextDouble() >= SHARE) {
      return;
    }
    int millis = random.nextInt(1, MAX_MILLIS + 1);
    AtomicLong stalled = STALLED.computeIfAbsent(place, any -> new AtomicLong());
    if (stalled.addAndGet(millis) <= MILLIS_OF_A_PLACE) {
      hold(millis);
    }
  }

  /**
   * Waits in native code, as a thread does that the system gives no time: it stays {@code RUNNABLE}
   * for tests that look at states, and neither ends nor notices an interrupt.
   */
  static void hold(int millis) {
    try (DatagramSocket silent =
        new DatagramSocket(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))) {
      silent.setSoTimeout(millis);
      silent.receive(new DatagramPacket(new byte[1], 1));
    } catch (SocketTimeoutException e) {
      // It has waited.
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }
}
