package dev.bulwark.breached.index;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.RandomAccessFile;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** P9: the offline index, its builder and its command. */
class IndexCommandTest {

  @TempDir Path folder;
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  @Test
  void findsEachListedPasswordAndNoOther() throws Exception {
    Path list = write("list.txt", "password\r\nl\u00f6wenherz\ncorrect horse\n\u0000nul \n");
    assertThat(run("build", "--plain", list.toString(), "--out", target())).isZero();

    PasswordIndex index = PasswordIndex.open(Path.of(target()));
    assertThat(index.size()).isEqualTo(4);
    for (String listed : List.of("password", "l\u00f6wenherz", "correct horse", "\u0000nul ")) {
      assertThat(index.count(sha1(listed))).isEqualTo(65_535);
    }
    for (String other : List.of("Password", "password\r", "", "correct horse ", "lowenherz")) {
      assertThat(index.count(sha1(other))).isZero();
    }
    assertThat(run("verify", target())).isZero();
  }

  @Test
  void keepsCountsExactUpToTheLargestAndMergesDuplicates() throws Exception {
    String hash = hex(sha1("a"));
    Path list =
        write(
            "hibp.txt",
            hash
                + ":7\n"
                + hex(sha1("b")).toLowerCase(Locale.ROOT)
                + ":65534\n"
                + hex(sha1("c"))
                + ":37615252\r\n"
                + hash
                + ":9\n"
                + hex(sha1("d"))
                + ":1");
    assertThat(run("build", "--hibp", list.toString(), "--out", target())).isZero();
    PasswordIndex index = PasswordIndex.open(Path.of(target()));
    assertThat(index.count(sha1("a"))).isEqualTo(9);
    assertThat(index.count(sha1("b"))).isEqualTo(65_534);
    assertThat(index.count(sha1("c"))).isEqualTo(65_535);
    assertThat(index.count(sha1("d"))).isEqualTo(1);
    assertThat(out.toString()).contains("4 hashes").contains("1 duplicates merged");
  }

  @Test
  void leavesOutRareHashes() throws Exception {
    Path list = write("hibp.txt", hex(sha1("a")) + ":9\n" + hex(sha1("b")) + ":10\n");
    assertThat(run("build", "--hibp", list.toString(), "--out", target(), "--min-count", "10"))
        .isZero();
    assertThat(PasswordIndex.open(Path.of(target())).size()).isEqualTo(1);
    assertThat(out.toString()).contains("1 below --min-count");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "5BAA61E4C9B93F3F0682250B6CF8331B7EE68FD8 10 | expected a colon after the hash",
        "5BAA61E4C9B93F3F0682250B6CF8331B7EE68FD8    | expected a colon after the hash",
        "5BAA61E4C9B93F3F0682250B6CF8331B7EE68FD8:   | no count after the colon",
        "5BAA61E4C9B93F3F0682250B6CF8331B7EE68FD8:x  | count is not a decimal number",
        "5BAA61E4C9B93F3F0682250B6CF8331B7EE68FD8:-1 | count is not a decimal number",
        "5BAA61E4C9B93F3F0682250B6CF8331B7EE68FD8:0  | count is 0",
        "5BAA61E4C9B93F3F0682250B6CF8331B7EE68FD8:1234567890123 | count is longer than 12 digits",
        "5BAA61E4C9B93F3F0682250B6CF8331B7EE68FD:1   | expected 40 hexadecimal digits, found 39",
        "5BAA61E4C9B93F3F0682250B6CF8331B7EE68FDg:1  | expected 40 hexadecimal digits, found 39",
        "5BAA61E4C9B93F3F0682250B6CF8331B7EE68FD\u00b2:1  | expected 40 hexadecimal digits, found 39",
        "''                                          | empty line",
      })
  void refusesMalformedLinesByNumberAndWritesNothing(String line, String reason) throws Exception {
    String good = hex(sha1("a")) + ":1\n";
    Path list = write("hibp.txt", good + line + "\n" + good);
    assertThat(run("build", "--hibp", list.toString(), "--out", target())).isEqualTo(2);
    assertThat(err.toString().trim()).isEqualTo("line 2: " + reason);
    assertThat(out.toString()).contains("3 lines read, 1 refused").contains("no index written");
    try (Stream<Path> left = Files.list(folder)) {
      assertThat(left).containsExactly(list);
    }
  }

  @Test
  void writesTheRestWhenAskedTo() throws Exception {
    Path list = write("list.txt", "good\n\nbetter\n");
    Files.write(list, new byte[] {(byte) 0xC3, 0x28, '\n'}, StandardOpenOption.APPEND);
    Files.writeString(list, "x".repeat(10_000) + "\nbest\n", StandardOpenOption.APPEND);
    assertThat(run("build", "--plain", list.toString(), "--out", target(), "--skip-refused"))
        .isEqualTo(2);
    assertThat(err.toString().lines())
        .containsExactly(
            "line 2: empty line", "line 4: not UTF-8", "line 5: longer than 4096 bytes");
    assertThat(PasswordIndex.open(Path.of(target())).size()).isEqualTo(3);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "build --out x",
        "build --hibp a --plain b --out x",
        "build --plain missing --out x",
        "build --plain README --out x --memory 0",
        "build --plain README --out x --min-count 0",
        "verify missing",
        "unknown"
      })
  void saysWhyItCouldNotRun(String line) throws Exception {
    Files.writeString(folder.resolve("README"), "x\n");
    String[] args =
        Stream.of(line.split(" "))
            .map(a -> List.of("x", "README", "missing").contains(a) ? folder.resolve(a) + "" : a)
            .toArray(String[]::new);
    assertThat(run(args)).isEqualTo(1);
    assertThat(err.toString()).isNotBlank();
    assertThat(folder.resolve("x")).doesNotExist();
  }

  @ParameterizedTest
  @CsvSource({"0,16", "1,16", "40000,1000", "40000,50000", "300000,7000"})
  void externalSortAgreesWithAMap(int entries, int buffered) throws Exception {
    Random random = new Random(entries);
    Map<String, Integer> expected = new TreeMap<>();
    List<byte[]> hashes = new ArrayList<>();
    try (IndexBuilder builder = new IndexBuilder(folder, (long) buffered)) {
      for (int i = 0; i < entries; i++) {
        byte[] hash = new byte[20];
        random.nextBytes(hash);
        int count = 1 + random.nextInt(70_000);
        builder.add(hash, count);
        expected.put(hex(hash), Math.min(count, 65_535));
        hashes.add(hash);
        if (i % 10 == 0) {
          builder.add(hashes.get(random.nextInt(hashes.size())), 1);
        }
      }
      builder.writeTo(Path.of(target()));
    }
    assertThat(folder).isDirectoryNotContaining("glob:**.breached-index-*");
    // Small segments, so that the file spans several.
    PasswordIndex index = PasswordIndex.open(Path.of(target()), 100_000);
    index.verify();
    assertThat(index.size()).isEqualTo(expected.size());
    for (byte[] hash : hashes) {
      assertThat(index.count(hash)).isEqualTo(expected.get(hex(hash)));
      hash[19] ^= 1;
      assertThat(index.count(hash)).isEqualTo(expected.getOrDefault(hex(hash), 0));
      hash[19] ^= 1;
    }
    assertThat(Files.size(Path.of(target()))).isLessThanOrEqualTo(21L * expected.size() + 1048);
    PasswordIndex inMemory = PasswordIndex.parse(Files.readAllBytes(Path.of(target())));
    for (byte[] hash : hashes) {
      assertThat(inMemory.count(hash)).isEqualTo(index.count(hash));
    }
  }

  @Test
  void sortedInputNeedsOneRun() throws Exception {
    List<byte[]> hashes = new ArrayList<>();
    for (int i = 0; i < 1000; i++) {
      hashes.add(sha1("p" + i));
    }
    hashes.sort(Arrays::compareUnsigned);
    assertThat(runs(hashes)).isEqualTo(1);
    Collections.reverse(hashes);
    assertThat(runs(hashes)).isEqualTo(100);
  }

  private int runs(List<byte[]> hashes) throws IOException {
    try (IndexBuilder builder = new IndexBuilder(folder, 10L)) {
      for (byte[] hash : hashes) {
        builder.add(hash, 1);
      }
      return builder.writeTo(Path.of(target())).runs();
    }
  }

  @Test
  void extremeHashesAreFound() throws Exception {
    byte[] lowest = new byte[20];
    byte[] highest = HexFormat.of().parseHex("ff".repeat(20));
    try (IndexBuilder builder = new IndexBuilder(folder, 10L)) {
      builder.add(highest, 3);
      builder.add(lowest, 2);
      builder.writeTo(Path.of(target()));
    }
    PasswordIndex index = PasswordIndex.open(Path.of(target()));
    assertThat(index.count(lowest)).isEqualTo(2);
    assertThat(index.count(highest)).isEqualTo(3);
    lowest[19] = 1;
    assertThat(index.count(lowest)).isZero();
  }

  @Test
  void everyTruncationAndEveryFlippedBitIsNoticed() throws Exception {
    Path list = write("list.txt", "one\ntwo\nthree\n");
    run("build", "--plain", list.toString(), "--out", target());
    byte[] good = Files.readAllBytes(Path.of(target()));
    for (int length = 0; length < good.length; length++) {
      byte[] cut = Arrays.copyOf(good, length);
      assertThatThrownBy(() -> PasswordIndex.parse(cut)).isInstanceOf(IndexFormatException.class);
    }
    for (int bit = 0; bit < good.length * 8; bit++) {
      if (bit / 8 >= 9 && bit / 8 < 12) {
        continue; // reserved
      }
      byte[] damaged = good.clone();
      damaged[bit / 8] ^= (byte) (1 << bit % 8);
      assertThatThrownBy(() -> PasswordIndex.parse(damaged).verify())
          .isInstanceOf(IndexFormatException.class);
    }
  }

  @Test
  void lookupReadsThePasswordFromStandardInput() throws Exception {
    Path list = write("list.txt", "secret word\n");
    run("build", "--plain", list.toString(), "--out", target());
    var stdin = System.in;
    try {
      System.setIn(new ByteArrayInputStream("secret word\n".getBytes(StandardCharsets.UTF_8)));
      assertThat(run("lookup", target())).isEqualTo(2);
      System.setIn(new ByteArrayInputStream("other\n".getBytes(StandardCharsets.UTF_8)));
      assertThat(run("lookup", target())).isZero();
    } finally {
      System.setIn(stdin);
    }
  }

  @Test
  void aReplacedFileIsTakenUpAndABrokenOneIsNot() throws Exception {
    Path first = write("one.txt", "one\n");
    Path second = write("two.txt", "one\ntwo\n");
    run("build", "--plain", first.toString(), "--out", target());
    AtomicLong clock = new AtomicLong(Long.MAX_VALUE - 5);
    IndexFile file = new IndexFile(Path.of(target()), Duration.ofNanos(10), clock::get);
    PasswordIndex before = file.current();
    assertThat(before.size()).isEqualTo(1);

    run("build", "--plain", second.toString(), "--out", target());
    assertThat(file.current()).as("within the interval").isSameAs(before);
    clock.addAndGet(10);
    assertThat(file.current().size()).isEqualTo(2);
    assertThat(before.count(sha1("one"))).as("readers of the old one go on").isPositive();

    Path broken = folder.resolve("broken");
    Files.copy(Path.of(target()), broken);
    try (RandomAccessFile cut = new RandomAccessFile(broken.toFile(), "rw")) {
      cut.setLength(cut.length() - 1);
    }
    Files.move(broken, Path.of(target()), StandardCopyOption.REPLACE_EXISTING);
    clock.addAndGet(10);
    assertThat(file.current().size()).isEqualTo(2);
    Files.delete(Path.of(target()));
    clock.addAndGet(10);
    assertThat(file.current().size()).isEqualTo(2);
    run("build", "--plain", first.toString(), "--out", target());
    clock.addAndGet(10);
    assertThat(file.current().size()).isEqualTo(1);
  }

  @Test
  void theShippedIndexHoldsTheMostCommonPasswords() throws Exception {
    try (var in =
        PasswordIndex.class.getResourceAsStream("/dev/bulwark/breached/default-index.bin")) {
      assertThat(in).isNotNull();
      PasswordIndex index = PasswordIndex.read(in);
      index.verify();
      assertThat(index.size()).isGreaterThanOrEqualTo(10_000);
      for (String common : List.of("123456", "password", "qwerty", "password123", "iloveyou")) {
        assertThat(index.count(sha1(common))).isEqualTo(65_535);
      }
      assertThat(index.count(sha1("correct-dev-battery"))).isZero();
    }
  }

  private int run(String... args) {
    out.getBuffer().setLength(0);
    err.getBuffer().setLength(0);
    return IndexCommand.run(new PrintWriter(out, true), new PrintWriter(err, true), args);
  }

  private String target() {
    return folder.resolve("index.bin").toString();
  }

  private Path write(String name, String text) throws IOException {
    return Files.writeString(folder.resolve(name), text);
  }

  private static byte[] sha1(String password) throws Exception {
    return MessageDigest.getInstance("SHA-1").digest(password.getBytes(StandardCharsets.UTF_8));
  }

  private static String hex(byte[] bytes) {
    return HexFormat.of().withUpperCase().formatHex(bytes);
  }
}
