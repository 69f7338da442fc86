package dev.bulwark.it.secondfactor;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Assumptions;

/** The command {@code oathtool}; where it is not installed, the test is skipped and says so. */
final class OathTool {

  private OathTool() {}

  /** The code of this moment for a secret in Base32. */
  static String now(String secret) {
    try {
      Process process = new ProcessBuilder("oathtool", "--totp", "-b", secret).start();
      String code = new String(process.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
      if (process.waitFor() != 0) {
        throw new AssertionError("oathtool ended with " + process.exitValue());
      }
      return code.trim();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    } catch (IOException e) {
      return Assumptions.abort("oathtool is not installed: " + new UncheckedIOException(e));
    }
  }
}
