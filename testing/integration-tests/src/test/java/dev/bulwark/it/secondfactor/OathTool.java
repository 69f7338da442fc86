package dev.bulwark.it.secondfactor;

import dev.bulwark.testing.Programs;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;

/** The command {@code oathtool}; where it is not installed, the test is skipped and says so. */
final class OathTool {

  private OathTool() {}

  /** The code of this moment for a secret in Base32. */
  static String now(String secret) {
    try {
      Process process =
          new ProcessBuilder(
                  Programs.require("oathtool", "oathtool").toString(), "--totp", "-b", secret)
              .start();
      String code = new String(process.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
      if (process.waitFor() != 0) {
        throw new AssertionError("oathtool ended with " + process.exitValue());
      }
      return code.trim();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
