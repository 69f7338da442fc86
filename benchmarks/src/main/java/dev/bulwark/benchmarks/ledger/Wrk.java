package dev.bulwark.benchmarks.ledger;

import dev.bulwark.benchmarks.Command;
import dev.bulwark.benchmarks.Plan;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** wrk posts the forms of a file in turn. */
final class Wrk {

  private static final Pattern LINE = Pattern.compile("^bulwark (.*)$", Pattern.MULTILINE);

  private static final String SCRIPT =
      """
      wrk.method = "POST"
      wrk.headers["Content-Type"] = "application/x-www-form-urlencoded"
      local threads = {}
      function setup(thread) threads[#threads + 1] = thread end
      function init(args)
        forms = {}
        for line in io.lines("FORMS") do forms[#forms + 1] = line end
        at = START
      end
      function request()
        at = at % #forms + 1
        return wrk.format(nil, nil, nil, forms[at])
      end
      function done(summary, latency, requests)
        local e = summary.errors
        local thread = threads[1]
        print(string.format("bulwark %d %d %d %d %f %f", summary.requests, summary.duration,
          e.connect + e.read + e.write + e.timeout + e.status, thread:get("at"),
          latency:percentile(50), latency:percentile(99)))
      end
      """;

  private final Plan plan;

  Wrk(Plan plan) {
    this.plan = plan;
  }

  /**
   * What one run did.
   *
   * @param seconds of the run
   * @param at number of the form that was posted last, counted from 1
   * @param p50 milliseconds
   * @param p99 milliseconds
   */
  record Result(long requests, double seconds, int at, double p50, double p99) {

    double perSecond() {
      return requests / seconds;
    }
  }

  /**
   * Posts for so long.
   *
   * @param forms file with a form in each line
   * @param start the form before the first
   * @throws IOException if any answer was no success
   */
  Result run(String url, Path forms, int start, int connections, int seconds)
      throws IOException, InterruptedException {
    Path script =
        Files.writeString(
            plan.folder("ledger").resolve("post.lua"),
            SCRIPT.replace("FORMS", forms.toString()).replace("START", Integer.toString(start)));
    String text =
        Command.of(
                plan,
                "wrk",
                "-t1",
                "-c" + connections,
                "-d" + seconds + "s",
                "--timeout",
                "20s",
                "-s",
                script.toString(),
                url)
            .run();
    Result result = parse(text);
    if (result.requests() == 0) {
      throw new IOException("no request was answered:\n" + text);
    }
    return result;
  }

  static Result parse(String text) throws IOException {
    Matcher matcher = LINE.matcher(text);
    if (!matcher.find()) {
      throw new IOException("wrk said something else:\n" + text);
    }
    String[] fields = matcher.group(1).trim().split(" ", -1);
    if (!fields[2].equals("0")) {
      throw new IOException("not every request succeeded:\n" + text);
    }
    return new Result(
        Long.parseLong(fields[0]),
        Long.parseLong(fields[1]) / 1e6,
        Integer.parseInt(fields[3]),
        Double.parseDouble(fields[4]) / 1e3,
        Double.parseDouble(fields[5]) / 1e3);
  }
}
