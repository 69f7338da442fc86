package dev.bulwark.benchmarks.passwords;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.bulwark.benchmarks.Bound;
import dev.bulwark.benchmarks.Command;
import dev.bulwark.benchmarks.Measurement;
import dev.bulwark.benchmarks.Plan;
import dev.bulwark.benchmarks.Progress;
import dev.bulwark.benchmarks.Report;
import dev.bulwark.benchmarks.Samples;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * Users a minute of {@code bulwark-migrate}, run as its users run it, on hashes of every library
 * among the module's test vectors.
 */
final class Converter implements Measurement {

  private static final String HEAP = "-Xmx128m";
  private static final double TARGET = 200_000;
  private static final String VECTORS =
      "password-hash-provider/src/test/resources/dev/bulwark/password/foreign/foreign-vectors.jsonl";

  private final Plan plan;

  Converter(Plan plan) {
    this.plan = plan;
  }

  @Override
  public String name() {
    return "converter";
  }

  @Override
  public void measure(Report report) throws IOException, InterruptedException {
    int users = plan.count(300_000, 60_000);
    Path input = plan.folder("converter").resolve("users.csv");
    Path output = plan.folder("converter").resolve("out");
    write(input, users);
    List<Double> perMinute = new ArrayList<>();
    try {
      for (int run = 1; run <= plan.count(5, 2); run++) {
        Progress.say("run " + run);
        delete(output);
        long start = System.nanoTime();
        String told = convert(input, output);
        double minutes = (System.nanoTime() - start) / 6e10;
        if (!told.contains(users + " rows: " + users + " converted, 0 refused")) {
          throw new IOException("not all were converted: " + told);
        }
        perMinute.add(users / minutes);
      }
    } finally {
      delete(output);
      Files.deleteIfExists(input);
    }
    Samples samples = Samples.of(perMinute);
    report.target(
        "`bulwark-migrate`, " + Samples.number(users, 0) + " rows of mixed hashes, `" + HEAP + "`",
        Samples.number(samples.median(), 0) + " users a minute",
        samples.spread(0),
        "≥ 200,000",
        Samples.number(samples.median() / TARGET, 2) + "x",
        Bound.atLeast(samples.median(), TARGET));
  }

  private String convert(Path input, Path output) throws IOException, InterruptedException {
    Path jar = plan.root().resolve("password-hash-provider/target/bulwark-migrate.jar");
    return Command.of(
            plan,
            Command.javaProgram(),
            HEAP,
            "-jar",
            jar.toString(),
            "--in",
            input.toString(),
            "--out",
            output.toString())
        .run();
  }

  private void write(Path input, int users) throws IOException {
    List<String> hashes = new ArrayList<>();
    ObjectMapper json = new ObjectMapper();
    for (String line : Files.readAllLines(plan.root().resolve(VECTORS))) {
      hashes.add(json.readTree(line).at("/hash").asText());
    }
    try (BufferedWriter out = Files.newBufferedWriter(input)) {
      out.write("username,email,password_hash,first_name,last_name\n");
      for (int i = 0; i < users; i++) {
        String hash = hashes.get(i % hashes.size()).replace("\"", "\"\"");
        out.write(
            "user-" + i + ",user-" + i + "@example.org,\"" + hash + "\",First,Last-" + i + "\n");
      }
    }
  }

  private static void delete(Path folder) throws IOException {
    if (!Files.isDirectory(folder)) {
      return;
    }
    List<Path> files;
    try (Stream<Path> listed = Files.list(folder)) {
      files = listed.toList();
    }
    for (Path file : files) {
      Files.delete(file);
    }
    Files.delete(folder);
  }
}
