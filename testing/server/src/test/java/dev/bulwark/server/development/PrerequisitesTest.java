package dev.bulwark.server.development;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.bulwark.server.process.ServerStartException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** B3: what a newcomer reads when the development system cannot start. */
class PrerequisitesTest {

  @TempDir private Path folder;

  @Test
  void aTakenPortIsNamedWithItsUser() throws IOException {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      assertThatThrownBy(() -> Prerequisites.freePort(taken.getLocalPort(), "Keycloak"))
          .isInstanceOf(ServerStartException.class)
          .hasMessage(
              "Port %d is taken, and Keycloak needs it."
                  + " End the program that listens there and try again.",
              taken.getLocalPort());
    }
  }

  @Test
  void aFolderWithBlanksIsMadeAndLeftEmpty() {
    Path data = folder.resolve("a folder/.run");
    Prerequisites.writableFolder(data);
    assertThat(data).isEmptyDirectory();
  }

  @Test
  void aFolderThatCannotBeWrittenIsNamedWithTheRemedy() throws IOException {
    Path data = Files.writeString(folder.resolve("file"), "").resolve(".run");
    assertThatThrownBy(() -> Prerequisites.writableFolder(data))
        .isInstanceOf(ServerStartException.class)
        .hasMessageContaining("The folder " + data + " cannot be written")
        .hasMessageContaining("a checkout that you may write to");
  }
}
