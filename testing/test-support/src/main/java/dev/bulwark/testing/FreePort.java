package dev.bulwark.testing;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.SecureRandom;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * TCP ports of the loopback interface for servers that a test starts. Thread-safe.
 *
 * <p>Each virtual machine takes a range of ports for itself, by a lock on a file in the temporary
 * folder that ends with it. So modules and forks that are tested at the same time never take each
 * other's ports, however many there are.
 *
 * <p>The ranges lie below the ports that Linux gives to outgoing connections (32768 and above),
 * which would take one between its choice and its use. The bus ports of Redis Cluster, 10000 above,
 * do too.
 */
public final class FreePort {

  private static final int LOWEST = 10_000;
  private static final int PER_RANGE = 500;
  private static final int RANGES = 20;
  private static final int CONNECT_TIMEOUT_MILLIS = 500;

  /**
   * Of the range of this virtual machine. Without a reference, the garbage collector closes the
   * channel, and others take the same range.
   */
  private static final Set<FileLock> LOCKS = new HashSet<>();

  private static final int FIRST = LOWEST + PER_RANGE * ownRange();

  private static final AtomicInteger NEXT =
      new AtomicInteger(new SecureRandom().nextInt(PER_RANGE));

  private FreePort() {}

  /**
   * A port that was free a moment ago and that this virtual machine has not got lately.
   *
   * @throws IllegalStateException if every port of the range is taken
   */
  public static int next() {
    for (int tried = 0; tried < PER_RANGE; tried++) {
      int port = FIRST + Math.floorMod(NEXT.getAndIncrement(), PER_RANGE);
      try (ServerSocket socket = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
        return socket.getLocalPort();
      } catch (IOException e) {
        // Taken: the next one.
        continue;
      }
    }
    throw new IllegalStateException(
        "No port from %d to %d of the loopback interface is free."
            .formatted(FIRST, FIRST + PER_RANGE - 1));
  }

  /** Whether something accepts connections on the port. */
  public static boolean isOpen(int port) {
    try (Socket socket = new Socket()) {
      socket.connect(
          new InetSocketAddress(InetAddress.getLoopbackAddress(), port), CONNECT_TIMEOUT_MILLIS);
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  private static int ownRange() {
    for (int range = 0; range < RANGES; range++) {
      if (isLocked(range)) {
        return range;
      }
    }
    throw new IllegalStateException(
        "%d virtual machines run tests at the same time, or the files bulwark-ports-*.lock in %s"
                .formatted(RANGES, System.getProperty("java.io.tmpdir"))
            + " belong to another user.");
  }

  /** The channel stays open, and the range locked, until the virtual machine ends. */
  @SuppressWarnings("resource")
  private static boolean isLocked(int range) {
    Path file = Path.of(System.getProperty("java.io.tmpdir"), "bulwark-ports-" + range + ".lock");
    try {
      FileChannel channel =
          FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
      FileLock lock = channel.tryLock();
      if (lock == null) {
        channel.close();
        return false;
      }
      return LOCKS.add(lock);
    } catch (IOException | OverlappingFileLockException e) {
      // Another user's file, or another class loader's lock.
      return false;
    }
  }
}
