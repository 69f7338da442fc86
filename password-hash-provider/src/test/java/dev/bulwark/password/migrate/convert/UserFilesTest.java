package dev.bulwark.password.migrate.convert;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.bulwark.password.migrate.row.PersonName;
import dev.bulwark.password.migrate.row.UserRecord;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** P5: a run that fails leaves no file with hashes and TOTP secrets. */
class UserFilesTest {

  private static final String FULL = "No space left on device";

  @TempDir Path folder;

  @Test
  void nothingIsLeftIfTheListOfIdsCannotBeClosed() throws IOException {
    assertThatThrownBy(
            () -> {
              try (UserFiles files = onAFullDisk()) {
                files.write(user());
              }
            })
        .isInstanceOf(IOException.class)
        .hasMessage(FULL);
    assertNothingIsLeft();
  }

  @Test
  void noFileGetsItsNameIfTheListOfIdsCannotBeWritten() throws IOException {
    assertThatThrownBy(
            () -> {
              try (UserFiles files = onAFullDisk()) {
                files.write(user());
                files.finish();
              }
            })
        .isInstanceOf(IOException.class)
        .hasMessage(FULL);
    assertNothingIsLeft();
  }

  private void assertNothingIsLeft() throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      assertThat(files.map(Path::getFileName)).containsExactly(Path.of(FolderLock.NAME));
    }
    UserFiles.in(folder, TestOptions.dryRun()).close();
  }

  private UserFiles onAFullDisk() throws IOException {
    IdFile ids =
        new IdFile(folder, "app", file -> new BufferedWriter(new FullDisk(Files.createFile(file))));
    return UserFiles.in(folder, TestOptions.dryRun(), ids);
  }

  private static UserRecord user() {
    return new UserRecord(
        "17",
        "ann",
        null,
        false,
        new PersonName(null, null),
        true,
        null,
        List.of(),
        List.of(),
        "JBSWY3DPEHPK3PXP",
        List.of(),
        List.of());
  }

  /** Accepts nothing. */
  private static final class FullDisk extends Writer {

    FullDisk(Path file) {
      super(file);
    }

    @Override
    public void write(char[] text, int offset, int length) throws IOException {
      throw new IOException(FULL);
    }

    @Override
    public void flush() {}

    @Override
    public void close() {}
  }
}
