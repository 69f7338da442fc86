package dev.bulwark.server.development;

import dev.bulwark.server.process.ServerStartException;
import dev.bulwark.testing.FreePort;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** What the development run needs of the machine: checked before anything is started. */
final class Prerequisites {

  private Prerequisites() {}

  /**
   * Returns normally if nothing listens on the port of the loopback interface.
   *
   * @throws ServerStartException if something does; the message names the port and its user
   */
  static void freePort(int port, String user) {
    if (FreePort.isOpen(port)) {
      throw new ServerStartException(
          "Port "
              + port
              + " is taken, and "
              + user
              + " needs it. End the program that listens there and try again.");
    }
  }

  /**
   * Makes the folder and writes to it.
   *
   * @throws ServerStartException if that fails; the message names the folder
   */
  static void writableFolder(Path folder) {
    try {
      Files.createDirectories(folder);
      Files.delete(Files.createTempFile(folder, "write", ".tmp"));
    } catch (IOException e) {
      throw new ServerStartException(
          "The folder "
              + folder
              + " cannot be written ("
              + e.getMessage()
              + "), and the development system keeps its data there. Run it in a checkout that you"
              + " may write to, on a disk that is not full; delete the folder if another user owns"
              + " it.",
          e);
    }
  }
}
