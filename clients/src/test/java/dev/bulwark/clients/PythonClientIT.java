package dev.bulwark.clients;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** C1, C4, J5: the tests of clients/python, by a Python of this machine that has what they need. */
@Tag("slow")
class PythonClientIT {

  private static final Path FOLDER = Path.of("python");
  private static final List<String> INTERPRETERS = List.of("python3", "/usr/bin/python3");
  private static final Duration PROBE = Duration.ofSeconds(30);
  private static final Duration SUITE = Duration.ofMinutes(8);

  /** Prints what is missing, as Debian's packages are called; nothing if all is there. */
  private static final String MISSING =
      """
      import importlib, shutil, sys
      missing = [] if sys.version_info >= (3, 11) else ["Python 3.11"]
      for module, package in (("pytest", "python3-pytest"), ("redis", "python3-redis"), ("jwt", "python3-jwt"),
                              ("cryptography", "python3-cryptography")):
          try:
              found = importlib.import_module(module)
              if module == "redis" and tuple(map(int, found.__version__.split(".")[:2])) < (6, 1):
                  missing.append("python3-redis 6.1 or later")
          except ImportError:
              missing.append(package)
      missing += [program for program in ("redis-server", "openssl") if not shutil.which(program)]
      print(", ".join(missing), end="")
      """;

  @Test
  void passesItsTests() {
    Command.Result result =
        Command.run(
                FOLDER,
                SUITE,
                List.of(interpreter(), "-m", "pytest", "-rs", "-p", "no:cacheprovider"))
            .orElseThrow();
    System.out.println("clients/python:\n" + result.output());
    assertThat(result.exit()).as("exit code of pytest").isZero();
    assertThat(result.output()).containsPattern("\\d+ passed");
  }

  /** A minute of computing, so with {@code -Pfull} alone. */
  @Test
  @Tag("full")
  void isTyped() {
    String python = interpreter();
    String needed = "import mypy, fastapi, flask_jwt_extended";
    Command.Result probe = Command.run(FOLDER, PROBE, List.of(python, "-c", needed)).orElseThrow();
    Assumptions.assumeTrue(probe.exit() == 0, () -> "The types are not checked: " + probe.output());
    Command.Result result =
        Command.run(FOLDER, SUITE, List.of(python, "-m", "mypy", "-p", "bulwark_revocation"))
            .orElseThrow();
    assertThat(result.exit()).as(result.output()).isZero();
  }

  private static String interpreter() {
    List<String> problems = new ArrayList<>();
    for (String candidate : INTERPRETERS) {
      Optional<Command.Result> probe =
          Command.run(FOLDER, PROBE, List.of(candidate, "-c", MISSING));
      if (probe.isEmpty()) {
        problems.add(candidate + ": not installed");
      } else if (probe.get().output().isEmpty()) {
        return candidate;
      } else {
        problems.add(candidate + " lacks " + probe.get().output());
      }
    }
    String reason = "The Python client is not tested: " + String.join("; ", problems);
    System.out.println(reason);
    return Assumptions.abort(reason);
  }
}
