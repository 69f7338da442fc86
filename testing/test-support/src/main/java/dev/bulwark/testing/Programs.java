package dev.bulwark.testing;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Assumptions;

/**
 * What tests need of this machine besides the JDK, Maven and a shell. Where something is missing
 * the test is skipped, and the reason names the Debian package to install. {@code .ci/long lacking}
 * takes away one package after the other, and shows that no test fails for it.
 */
public final class Programs {

  /** Where Debian has the modules of nginx. */
  public static final Path NGINX_MODULES = Path.of("/usr/lib/nginx/modules");

  /** Daemons are here, and not in everybody's PATH. */
  private static final List<Path> SYSTEM = List.of(Path.of("/usr/sbin"), Path.of("/usr/bin"));

  /** What scripts and commands of the documents call, with the Debian packages. */
  private static final Map<String, String> CALLED =
      Map.of(
          "curl", "curl",
          "git", "git",
          "jq", "jq",
          "kubectl", "kubectl",
          "node", "nodejs",
          "npm", "npm",
          "openssl", "openssl",
          "psql", "postgresql-client",
          "python3", "python3",
          "redis-cli", "redis-tools");

  private static final Pattern NOT_FOUND =
      Pattern.compile("(?m): (" + String.join("|", CALLED.keySet()) + "): (?:command )?not found$");

  private Programs() {}

  /**
   * Returns the program in one of the folders, which are looked at first, on the PATH, or in the
   * system's folders.
   */
  public static Optional<Path> find(String name, Path... folders) {
    List<Path> candidates = new ArrayList<>(List.of(folders));
    for (String folder : System.getenv().getOrDefault("PATH", "").split(File.pathSeparator, -1)) {
      candidates.add(Path.of(folder));
    }
    candidates.addAll(SYSTEM);
    return candidates.stream()
        .map(folder -> folder.resolve(name))
        .filter(file -> Files.isExecutable(file) && !Files.isDirectory(file))
        .findFirst();
  }

  /** Returns the program; skips the test where there is none. */
  public static Path require(String name, String debianPackage, Path... folders) {
    return find(name, folders).orElseGet(() -> Assumptions.abort(missing(name, debianPackage)));
  }

  /** Returns a program that scripts call; skips the test where there is none. */
  public static Path require(String called) {
    return require(called, CALLED.getOrDefault(called, called));
  }

  /**
   * Skips the test if a shell did not find a program that scripts call.
   *
   * @param output what the shell wrote
   */
  public static void requireFound(String output) {
    Matcher missing = NOT_FOUND.matcher(output);
    if (missing.find()) {
      require(missing.group(1));
    }
  }

  /**
   * Returns a file that a program reads; skips the test where it is missing.
   *
   * @param file of a Debian package, a module of nginx for example
   */
  public static Path requireFile(Path file, String debianPackage) {
    Assumptions.assumeTrue(
        Files.isReadable(file) && file.toFile().length() > 0,
        () -> missing(file.toString(), debianPackage));
    return file;
  }

  /**
   * Returns a Python that can import modules; skips the test where there is none.
   *
   * @param modules their names, with the Debian packages that have them
   */
  public static String requirePython(Map<String, String> modules) {
    Map<String, String> lacking = new TreeMap<>(modules);
    for (String python : List.of("python3", "/usr/bin/python3")) {
      Optional<List<String>> missing = missingModules(python, modules.keySet());
      if (missing.isPresent()) {
        lacking = new TreeMap<>(modules);
        lacking.keySet().retainAll(missing.get());
      }
      if (lacking.isEmpty()) {
        return python;
      }
    }
    return Assumptions.abort(
        missing(
            "Python with " + String.join(", ", lacking.keySet()),
            String.join(", ", lacking.values())));
  }

  /** Empty if there is no such Python. */
  private static Optional<List<String>> missingModules(String python, Set<String> modules) {
    String script =
        """
        import importlib, sys
        for module in sys.argv[1:]:
            try:
                importlib.import_module(module)
            except ImportError:
                print(module)
        """;
    List<String> command = new ArrayList<>(List.of(python, "-c", script));
    command.addAll(modules);
    try {
      Process process =
          new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD).start();
      String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      return process.waitFor() == 0 ? Optional.of(output.lines().toList()) : Optional.empty();
    } catch (IOException e) {
      // No such program.
      return Optional.empty();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  private static String missing(String what, String debianPackages) {
    return "No " + what + " on this machine (Debian: " + debianPackages + "): the test is skipped.";
  }
}
