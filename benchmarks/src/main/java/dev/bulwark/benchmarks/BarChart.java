package dev.bulwark.benchmarks;

import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A chart of bars, with a line at what is promised, as an SVG image for light and dark pages. Its
 * title and description have all that it shows, for readers who do not see it. Immutable.
 */
record BarChart(String title, String note, List<Bar> bars) {

  private static final int WIDTH = 760;
  private static final int MARGIN = 20;
  private static final int HEAD = 86;
  private static final int ROW = 54;

  /** Longer bars are cut: how far a promise is missed is in the text. */
  private static final double LONGEST = 1.5;

  private static final double UNIT = (WIDTH - 2 * MARGIN) / LONGEST;

  private static final String STYLE =
      """
      <style>
        text { font-family: system-ui, sans-serif; font-size: 13px; fill: #1f2328 }
        .title { font-size: 15px; font-weight: 600 }
        .quiet { font-size: 12px; fill: #59636e }
        .page { fill: #ffffff; stroke: #d1d9e0 }
        .met { fill: #2a6f97 }
        .missed { fill: #b3541e }
        .line { stroke: #1f2328; stroke-width: 2 }
        @media (prefers-color-scheme: dark) {
          text { fill: #e6edf3 }
          .quiet { fill: #9da7b1 }
          .page { fill: #0d1117; stroke: #3d444d }
          .met { fill: #6cb2d8 }
          .missed { fill: #f09a63 }
          .line { stroke: #e6edf3 }
        }
      </style>
      """;

  /**
   * One bar.
   *
   * @param share 1 is what is promised
   */
  record Bar(String label, String text, double share, boolean met) {}

  String svg() {
    int height = HEAD + ROW * bars.size() + MARGIN / 2;
    StringBuilder svg = new StringBuilder();
    svg.append(
        """
        <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" width="%d" height="%d" role="img" aria-labelledby="t d">
        <title id="t">%s</title>
        <desc id="d">%s</desc>
        """
            .formatted(WIDTH, height, WIDTH, height, escaped(title), escaped(description())));
    svg.append(STYLE);
    svg.append(
        "<rect class=\"page\" x=\"0.5\" y=\"0.5\" width=\"%d\" height=\"%d\" rx=\"6\"/>\n"
            .formatted(WIDTH - 1, height - 1));
    text(svg, "title", MARGIN, 28, title);
    text(svg, "quiet", MARGIN, 48, note);
    double promised = MARGIN + UNIT;
    text(svg, "quiet", promised + 6, HEAD - 12, "promised");
    for (int i = 0; i < bars.size(); i++) {
      bar(svg, bars.get(i), HEAD + ROW * i);
    }
    // Not through the labels.
    StringBuilder line = new StringBuilder(segment(promised, HEAD - 22));
    for (int i = 0; i < bars.size(); i++) {
      line.append(segment(promised, HEAD + ROW * i + 32));
    }
    svg.append("<path class=\"line\" d=\"").append(line).append("\"/>\n</svg>\n");
    return svg.toString();
  }

  private static String segment(double x, int top) {
    return "M" + number(x) + " " + top + "v14";
  }

  private static void bar(StringBuilder svg, Bar bar, int top) {
    double length = Math.max(2, UNIT * Math.min(LONGEST, bar.share()));
    text(svg, null, MARGIN, top + 12, bar.label());
    text(svg, "quiet", MARGIN, top + 28, bar.text());
    svg.append(
        "<rect class=\"%s\" x=\"%d\" y=\"%d\" width=\"%s\" height=\"10\" rx=\"2\"/>\n"
            .formatted(bar.met() ? "met" : "missed", MARGIN, top + 34, number(length)));
  }

  private static void text(
      StringBuilder svg, @Nullable String style, double x, int y, String text) {
    svg.append(
        "<text%s x=\"%s\" y=\"%d\">%s</text>\n"
            .formatted(
                style == null ? "" : " class=\"" + style + "\"", number(x), y, escaped(text)));
  }

  private String description() {
    return bars.stream()
        .map(bar -> bar.label() + ": " + bar.text() + ".")
        .collect(Collectors.joining(" "));
  }

  private static String number(double value) {
    return String.format(Locale.ROOT, "%.1f", value);
  }

  private static String escaped(String text) {
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
  }
}
