package dev.bulwark.password;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bulwark.password.argon2.Argon2Engines;
import dev.bulwark.testing.MapScope;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.Test;

/** P7: one line of the log says that libargon2 is not used although it should be. */
class FallbackWarningTest {

  private static final Argon2Engines.Choice JAVA = Argon2Engines.choose(false);

  @Test
  void oneWarningNamesTheReason() {
    Argon2Engines.Choice fallback =
        new Argon2Engines.Choice(
            JAVA.engine(), Optional.of("UnsatisfiedLinkError: Unable to load library 'argon2'"));
    assertThat(warnings(fallback))
        .singleElement()
        .asString()
        .contains(
            "libargon2 cannot be used",
            "BouncyCastle computes Argon2 instead",
            "Unable to load library 'argon2'");
  }

  @Test
  void aWishIsNoWarning() {
    assertThat(warnings(JAVA)).isEmpty();
  }

  /** What a start with that engine logs at the level of a warning or above. */
  private static List<String> warnings(Argon2Engines.Choice choice) {
    PasswordHashingConfig options =
        PasswordHashingConfig.of(MapScope.of("memory", "1024", "count-interval", "0"));
    List<String> warnings = new ArrayList<>();
    Logger log = Logger.getLogger(Argon2HashProviderFactory.class.getName());
    Handler handler = new Warnings(warnings);
    Argon2HashProviderFactory factory = new Argon2HashProviderFactory();
    log.addHandler(handler);
    try {
      factory.init(options, choice);
    } finally {
      log.removeHandler(handler);
      factory.close();
    }
    return warnings;
  }

  private static final class Warnings extends Handler {

    private final List<String> lines;

    Warnings(List<String> lines) {
      this.lines = lines;
    }

    @Override
    public void publish(LogRecord line) {
      if (line.getLevel().intValue() >= Level.WARNING.intValue()) {
        lines.add(line.getMessage());
      }
    }

    @Override
    public void flush() {}

    @Override
    public void close() {}
  }
}
