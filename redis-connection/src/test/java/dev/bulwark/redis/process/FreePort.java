package dev.bulwark.redis.process;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.security.SecureRandom;
import java.util.concurrent.atomic.AtomicInteger;

/** TCP ports of the loopback interface. */
public final class FreePort {

  /**
   * Ports of each virtual machine that runs tests, its own so that two of them never take each
   * other's. They lie below those that the system gives to outgoing connections, which would take
   * one between its choice and its use; those of the bus of Redis Cluster, 10000 above, do too.
   */
  private static final int PER_MACHINE = 2_500;

  /** Servers have the 2,500 behind it. */
  private static final int FIRST =
      "fork-2".equals(System.getProperty("bulwark.fork")) ? 15_000 : 10_000;

  private static final AtomicInteger NEXT =
      new AtomicInteger(new SecureRandom().nextInt(PER_MACHINE));

  private FreePort() {}

  /** A port that was free a moment ago and that this virtual machine has not got lately. */
  public static int next() {
    for (int tried = 0; tried < PER_MACHINE; tried++) {
      int port = FIRST + Math.floorMod(NEXT.getAndIncrement(), PER_MACHINE);
      try (ServerSocket socket = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
        return socket.getLocalPort();
      } catch (IOException e) {
        // Taken: the next one.
        continue;
      }
    }
    throw new IllegalStateException("no free port on the loopback interface");
  }

  /** Whether something accepts connections on the port. */
  public static boolean isOpen(int port) {
    try (Socket socket = new Socket()) {
      socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 500);
      return true;
    } catch (IOException e) {
      return false;
    }
  }
}
