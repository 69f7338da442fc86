package dev.bulwark.apikey.bulk;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bulwark.apikey.bulk.RowLines.Line;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Lines keep their numbers, whatever stands between them. */
class RowLinesTest {

  private static List<Line> read(byte[] bytes) throws IOException {
    RowLines lines = new RowLines(new ByteArrayInputStream(bytes));
    List<Line> read = new ArrayList<>();
    for (Line line = lines.next(); line != null; line = lines.next()) {
      read.add(line);
    }
    return read;
  }

  @Test
  void blankLinesCountAndAreLeftOut() throws IOException {
    assertThat(read("\n a\r\n\n\r\nb".getBytes(StandardCharsets.UTF_8)))
        .containsExactly(new Line(2, " a\r"), new Line(5, "b"));
    assertThat(read(new byte[0])).isEmpty();
  }

  @Test
  void aLineThatIsTooLongOrNotUtf8StopsNoOther() throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    bytes.write("x".repeat(RowLines.MAX_LINE).getBytes(StandardCharsets.UTF_8));
    bytes.write('\n');
    bytes.write("x".repeat(RowLines.MAX_LINE + 1).getBytes(StandardCharsets.UTF_8));
    bytes.write('\n');
    bytes.write(new byte[] {(byte) 0xff, '\n', 'c'});
    List<Line> lines = read(bytes.toByteArray());
    assertThat(lines).extracting(Line::number).containsExactly(1, 2, 3, 4);
    assertThat(lines.get(0).text()).hasSize(RowLines.MAX_LINE);
    assertThat(lines.get(1).text()).isNull();
    assertThat(lines.get(2).text()).isNull();
    assertThat(lines.get(3).text()).isEqualTo("c");
  }
}
