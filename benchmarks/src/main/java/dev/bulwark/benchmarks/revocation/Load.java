package dev.bulwark.benchmarks.revocation;

import dev.bulwark.benchmarks.Command;
import dev.bulwark.benchmarks.Plan;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** wrk with {@value #CONNECTIONS} connections: it takes less of the machine than a Java client. */
final class Load {

  static final int CONNECTIONS = 8;

  private static final Pattern RATE = Pattern.compile("Requests/sec:\\s+([0-9.]+)");
  private static final Pattern COUNT = Pattern.compile("(\\d+) requests in");
  private static final Pattern FAILED = Pattern.compile("Non-2xx or 3xx responses: (\\d+)");

  private final Plan plan;

  Load(Plan plan) {
    this.plan = plan;
  }

  /**
   * What one run did.
   *
   * @param perSecond requests a second
   * @param requests all of them
   */
  record Result(double perSecond, long requests) {}

  /**
   * Posts the forms in turns for so long.
   *
   * @throws IOException if any answer was no success
   */
  Result run(String url, List<String> forms, int seconds) throws IOException, InterruptedException {
    Path folder = plan.folder("load");
    Path bodies = Files.write(folder.resolve("forms.txt"), forms);
    Path script =
        Files.writeString(
            folder.resolve("post.lua"),
            """
            wrk.method = "POST"
            wrk.headers["Content-Type"] = "application/x-www-form-urlencoded"
            local forms = {}
            for line in io.lines("%s") do forms[#forms + 1] = line end
            local at = 0
            request = function()
              at = at %% #forms + 1
              return wrk.format(nil, nil, nil, forms[at])
            end
            """
                .formatted(bodies));
    String text =
        Command.of(
                plan,
                "wrk",
                "-t1",
                "-c" + CONNECTIONS,
                "-d" + seconds + "s",
                // A server that is cold, or goes on after it was stopped, may take longer than the
                // default of 2 s.
                "--timeout",
                "20s",
                "-s",
                script.toString(),
                url)
            .run();
    Matcher failed = FAILED.matcher(text);
    if (failed.find() || text.contains("Socket errors")) {
      throw new IOException("not every request succeeded:\n" + text);
    }
    return new Result(Double.parseDouble(find(RATE, text)), Long.parseLong(find(COUNT, text)));
  }

  private static String find(Pattern pattern, String text) throws IOException {
    Matcher matcher = pattern.matcher(text);
    if (!matcher.find()) {
      throw new IOException("wrk said something else:\n" + text);
    }
    return matcher.group(1);
  }
}
