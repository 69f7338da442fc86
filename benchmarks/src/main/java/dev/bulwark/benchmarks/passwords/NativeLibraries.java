package dev.bulwark.benchmarks.passwords;

import dev.bulwark.benchmarks.Command;
import dev.bulwark.benchmarks.Plan;
import dev.bulwark.benchmarks.Progress;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.apache.commons.codec.digest.DigestUtils;
import org.jspecify.annotations.Nullable;

/**
 * libargon2 as the container image has it: Debian's source, compiled by {@code
 * deploy/docker/build-libargon2.sh} and picked by {@code deploy/docker/select-libargon2.sh}. Source
 * and result are kept below {@code benchmarks/target/libargon2}, in a folder for this script and
 * this source: what others have made is not measured.
 */
final class NativeLibraries {

  private final Plan plan;
  private @Nullable Build build;

  NativeLibraries(Plan plan) {
    this.plan = plan;
  }

  /**
   * A library file.
   *
   * @param level name of the processor level
   * @param folder holds {@code libargon2.so}
   */
  record Library(String level, Path folder) {

    Path file() {
      return folder.resolve(System.mapLibraryName("argon2"));
    }

    /** Of a JVM that loads this one, and knows that it has to be this one. */
    List<String> jvmOptions() {
      return List.of("-Djna.library.path=" + folder, "-D" + HashBenchmark.EXPECTED + "=" + file());
    }
  }

  /**
   * What there is.
   *
   * @param picked the one that the image would use; null where there is none
   * @param problem why there is none; null where there is one
   */
  record Build(@Nullable Library picked, @Nullable String problem) {

    static Build failed(String problem) {
      return new Build(null, problem);
    }
  }

  Build get() throws IOException, InterruptedException {
    Build known = build;
    if (known == null) {
      known = make();
      build = known;
    }
    return known;
  }

  private Build make() throws IOException, InterruptedException {
    for (String program : List.of("cc", "make", "objdump", "tar", "xz")) {
      if (!Command.exists(program)) {
        return Build.failed("there is no " + program + " on this machine");
      }
    }
    Path folder = plan.folder("libargon2");
    Optional<Path> tarball = tarball(folder);
    if (tarball.isEmpty()) {
      try {
        fetch(folder);
      } catch (IOException e) {
        return Build.failed(
            "Debian's source of libargon2 cannot be had; put argon2_*.orig.tar.xz into "
                + plan.root().relativize(folder));
      }
      tarball = tarball(folder);
    }
    Path script = plan.root().resolve("deploy/docker/build-libargon2.sh");
    Path source = tarball.orElseThrow();
    Path own = Files.createDirectories(folder.resolve(sha256(script, source)));
    Path built = own.resolve("build");
    if (!Files.isDirectory(built)) {
      Progress.say("compiling libargon2");
      // By another name until it is complete.
      Path work = Files.createTempDirectory(own, "work-");
      Command.of(plan, "sh", script.toString(), source.toString(), work.toString()).run();
      Files.move(work, built, StandardCopyOption.ATOMIC_MOVE);
    }
    return picked(built);
  }

  /** Of both files' contents. */
  private static String sha256(Path script, Path tarball) throws IOException {
    return DigestUtils.sha256Hex(
        DigestUtils.sha256Hex(Files.readAllBytes(script))
            + DigestUtils.sha256Hex(Files.readAllBytes(tarball)));
  }

  private Build picked(Path built) throws IOException, InterruptedException {
    String script = plan.root().resolve("deploy/docker/select-libargon2.sh").toString();
    String answer = Command.of(plan, "sh", script, built.toString()).run().strip();
    if (answer.isEmpty()) {
      return Build.failed("this processor has none of the levels; the image uses argon2-jvm's own");
    }
    Path folder = Path.of(answer);
    return new Build(new Library(String.valueOf(folder.getFileName()), folder), null);
  }

  private static Optional<Path> tarball(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files
          .filter(file -> file.getFileName().toString().matches("argon2_.*\\.orig\\.tar\\.xz"))
          .findFirst();
    }
  }

  /**
   * By apt with lists of its own, so that the system's sources stay as they are. Only the original
   * archive is needed: where the packaging files are gone, apt fails after it has fetched that one.
   */
  private void fetch(Path folder) throws IOException, InterruptedException {
    Path debian = Path.of("/etc/apt/sources.list.d/debian.sources");
    if (!Files.exists(debian)) {
      throw new IOException("not Debian");
    }
    Progress.say("fetching Debian's source of libargon2");
    Path apt = Files.createDirectories(folder.resolve("apt"));
    Files.createDirectories(apt.resolve("lists/partial"));
    Path sources = apt.resolve("debian.sources");
    Files.writeString(
        sources, Files.readString(debian).replaceAll("(?m)^Types: .*$", "Types: deb-src"));
    List<String> options =
        List.of(
            "-qq",
            "-o",
            "Dir::Etc::SourceList=" + sources,
            "-o",
            "Dir::Etc::SourceParts=-",
            "-o",
            "Dir::State::Lists=" + apt.resolve("lists"),
            "-o",
            "Dir::Cache=" + apt,
            "-o",
            "APT::Sandbox::User=root");
    apt(folder, options, "update");
    try {
      apt(folder, options, "source", "--download-only", "argon2");
    } catch (IOException e) {
      if (tarball(folder).isEmpty()) {
        throw e;
      }
    }
  }

  private void apt(Path folder, List<String> options, String... what)
      throws IOException, InterruptedException {
    List<String> line = new ArrayList<>(List.of("apt-get"));
    line.addAll(options);
    line.addAll(List.of(what));
    Command.of(plan, line.toArray(String[]::new)).in(folder).run();
  }
}
