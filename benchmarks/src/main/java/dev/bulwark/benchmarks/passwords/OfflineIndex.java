package dev.bulwark.benchmarks.passwords;

import dev.bulwark.benchmarks.Bound;
import dev.bulwark.benchmarks.Command;
import dev.bulwark.benchmarks.Jmh;
import dev.bulwark.benchmarks.Measurement;
import dev.bulwark.benchmarks.Plan;
import dev.bulwark.benchmarks.Progress;
import dev.bulwark.benchmarks.Report;
import dev.bulwark.benchmarks.Samples;
import dev.bulwark.breached.index.IndexBuilder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** The breached-password index of ten million entries: time, disk, heap. */
final class OfflineIndex implements Measurement {

  private static final int SORT_MEMORY_MIB = 64;
  private static final double MAX_MICROSECONDS = 20;
  private static final double MAX_LOGIN_MICROSECONDS = 1000;
  private static final double MAX_MEGABYTES = 215;
  private static final double MAX_HEAP_KILOBYTES = 1000;

  private final Plan plan;

  OfflineIndex(Plan plan) {
    this.plan = plan;
  }

  @Override
  public String name() {
    return "index";
  }

  @Override
  public void measure(Report report) throws IOException, InterruptedException {
    Path file = plan.folder("index").resolve("breached.bin");
    double seconds = build(file);
    try {
      report.note(
          "Index: 10 million random hashes of a fixed seed, built by the module's builder in "
              + Samples.number(seconds, 0)
              + " s; every second lookup of a listed hash; the file is in the page cache.");
      Samples lookUp = lookUp(file, IndexBenchmark.class, "count");
      report.target(
          "Lookup in an index of 10 million entries",
          Samples.number(lookUp.median(), 2) + " µs",
          lookUp.spread(2),
          "< 20 µs",
          Samples.number(lookUp.median(), 2) + " µs",
          Bound.atMost(lookUp.median(), MAX_MICROSECONDS));
      Samples login = lookUp(file, LoginCheckBenchmark.class, "check");
      report.target(
          "Decision about a password at login: SHA-1, the shipped list and this index",
          Samples.number(login.median(), 2) + " µs",
          login.spread(2),
          "< 1 ms",
          Samples.number(login.median(), 2) + " µs",
          Bound.atMost(login.median(), MAX_LOGIN_MICROSECONDS));
      double megabytes = Files.size(file) / 1e6;
      report.target(
          "Its size on disk",
          Samples.number(megabytes, 1) + " MB",
          "exact",
          "< 215 MB",
          Samples.number(megabytes, 1) + " MB",
          Bound.atMost(megabytes, MAX_MEGABYTES));
      Samples heap = heap(file);
      report.target(
          "Its heap",
          Samples.number(heap.median(), 1) + " kB",
          heap.spread(1),
          "< 1 MB",
          "at most " + Samples.number(heap.max(), 1) + " kB",
          Bound.atMost(heap.max(), MAX_HEAP_KILOBYTES));
    } finally {
      Files.deleteIfExists(file);
    }
  }

  private static double build(Path file) throws IOException {
    Progress.say("building the index");
    long start = System.nanoTime();
    RandomHashes hashes = RandomHashes.listed();
    Path folder = file.toAbsolutePath().getParent();
    if (folder == null) {
      throw new IllegalArgumentException(file + " is in no folder");
    }
    try (IndexBuilder builder = new IndexBuilder(folder, SORT_MEMORY_MIB)) {
      for (int i = 0; i < RandomHashes.ENTRIES; i++) {
        builder.add(hashes.next(), 1 + i % 1000);
      }
      builder.writeTo(file);
    }
    return (System.nanoTime() - start) / 1e9;
  }

  /** Microseconds. */
  private Samples lookUp(Path file, Class<?> benchmark, String method)
      throws IOException, InterruptedException {
    Jmh jmh = new Jmh(plan, List.of("-Xmx512m", "-D" + IndexBenchmark.FILE + "=" + file), Map.of());
    List<Samples> rounds = new ArrayList<>();
    for (int round = 0; round < plan.count(3, 1); round++) {
      rounds.add(jmh.averages(benchmark, method, plan.count(6, 3), plan.count(20, 5)));
    }
    return rounds.stream().reduce(Samples::and).orElseThrow();
  }

  /** Kilobytes. */
  private Samples heap(Path file) throws IOException, InterruptedException {
    List<Double> values = new ArrayList<>();
    for (int i = 0; i < plan.count(5, 2); i++) {
      String bytes =
          Command.java(plan, List.of("-Xmx64m", IndexHeap.class.getName(), file.toString())).run();
      values.add(Double.parseDouble(bytes.strip()) / 1e3);
    }
    return Samples.of(values);
  }
}
