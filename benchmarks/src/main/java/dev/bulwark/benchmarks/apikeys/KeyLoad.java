package dev.bulwark.benchmarks.apikeys;

import dev.bulwark.benchmarks.Command;
import dev.bulwark.benchmarks.Plan;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** wrk with {@value #CONNECTIONS} connections, which sends prepared requests in turns. */
final class KeyLoad {

  static final int CONNECTIONS = 8;

  private static final Pattern RATE = Pattern.compile("Requests/sec:\\s+([0-9.]+)");
  private static final Pattern COUNT = Pattern.compile("(\\d+) requests in");
  private static final Pattern FAILED = Pattern.compile("Non-2xx or 3xx responses: (\\d+)");
  private static final Pattern P99 = Pattern.compile("99%\\s+([0-9.]+)(us|ms|s)");

  private final Plan plan;
  private final KeyServer server;
  private final Path script;

  /** Prepares the requests of a kind, whose name leads that of a file. */
  KeyLoad(Plan plan, KeyServer server, String name, List<Request> requests) throws IOException {
    this.plan = plan;
    this.server = server;
    Path folder = plan.folder("load");
    // Two servers have different keys.
    String file = name + "-" + URI.create(server.url()).getPort();
    Path lines =
        Files.write(folder.resolve(file + ".txt"), requests.stream().map(Request::line).toList());
    this.script =
        Files.writeString(
            folder.resolve(file + ".lua"),
            """
            local requests = {}
            local at = 0
            function init(args)
              for line in io.lines("%s") do
                local parts = {}
                for part in (line .. "\\t"):gmatch("(.-)\\t") do parts[#parts + 1] = part end
                local headers = {}
                for i = 4, #parts do
                  local name, value = parts[i]:match("^(.-): (.*)$")
                  headers[name] = value
                end
                headers["Host"] = wrk.headers["Host"]
                local body = parts[3] ~= "" and parts[3] or nil
                requests[#requests + 1] = wrk.format(parts[1], parts[2], headers, body)
              end
            end
            function request()
              at = at %% #requests + 1
              return requests[at]
            end
            """
                .formatted(lines));
  }

  /**
   * One request.
   *
   * @param body empty for none
   */
  record Request(String method, String path, String body, Map<String, String> headers) {

    static Request verify(String key, Map<String, String> more) {
      Map<String, String> headers = new java.util.TreeMap<>(more);
      headers.put("Authorization", KeyServer.basic(KeyRealm.GATEWAY));
      headers.put("X-API-Key", key);
      return new Request("GET", KeyServer.path("/api-keys/verify"), "", headers);
    }

    static Request form(
        String path, String client, Map<String, String> fields, Map<String, String> more) {
      Map<String, String> headers = new java.util.TreeMap<>(more);
      headers.put("Authorization", KeyServer.basic(client));
      headers.put("Content-Type", "application/x-www-form-urlencoded");
      return new Request(
          "POST",
          KeyServer.path("/protocol/openid-connect/" + path),
          KeyServer.form(fields),
          headers);
    }

    private String line() {
      List<String> parts = new ArrayList<>(List.of(method, path, body));
      headers.forEach((name, value) -> parts.add(name + ": " + value));
      return String.join("\t", parts);
    }
  }

  /**
   * What one run did.
   *
   * @param perSecond requests a second
   * @param requests all of them
   * @param p99Millis below which 99 of 100 answers came
   */
  record Result(double perSecond, long requests, double p99Millis) {}

  /**
   * Sends for so long.
   *
   * @throws IOException if any answer was no success
   */
  Result run(int seconds) throws IOException, InterruptedException {
    String text =
        Command.of(
                plan,
                "wrk",
                "-t1",
                "-c" + CONNECTIONS,
                "-d" + seconds + "s",
                "--latency",
                "-s",
                script.toString(),
                server.url())
            .run();
    long requests = Long.parseLong(find(COUNT, text).group(1));
    Matcher failed = FAILED.matcher(text);
    if (text.contains("Socket errors") || failed.find()) {
      throw new IOException("not every request succeeded:\n" + text);
    }
    Matcher p99 = find(P99, text);
    double millis =
        Double.parseDouble(p99.group(1))
            * switch (p99.group(2)) {
              case "us" -> 0.001;
              case "s" -> 1000;
              default -> 1;
            };
    return new Result(Double.parseDouble(find(RATE, text).group(1)), requests, millis);
  }

  private static Matcher find(Pattern pattern, String text) throws IOException {
    Matcher matcher = pattern.matcher(text);
    if (!matcher.find()) {
      throw new IOException("wrk said something else:\n" + text);
    }
    return matcher;
  }
}
