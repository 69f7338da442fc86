package dev.bulwark.password.migrate.convert;

import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.bulwark.password.migrate.row.RejectedRowException;
import dev.bulwark.password.migrate.row.UserRow;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** P5: a TOTP secret that is not Base32 is refused, however it is written. */
class RowConverterTest {

  private static final RowConverter CONVERTER =
      new RowConverter(TestOptions.dryRun(), attention -> {});

  @Test
  void lettersThatBecomeBase32InUpperCaseAreNotBase32() {
    refused("\u00df".repeat(10), "totp_secret is not Base32");
  }

  @Test
  @Timeout(10)
  void aLineFullOfPaddingIsRefusedAtOnce() {
    refused("=".repeat(65_000) + "A", "totp_secret is too long");
  }

  private static void refused(String totpSecret, String reason) {
    UserRow row =
        new UserRow(
            "",
            "a",
            "",
            "",
            "",
            "",
            "",
            "",
            "",
            "",
            List.of(),
            List.of(),
            totpSecret,
            List.of(),
            List.of());
    assertThatExceptionOfType(RejectedRowException.class)
        .isThrownBy(() -> CONVERTER.convert(row, 1))
        .withMessage(reason);
  }
}
