package dev.bulwark.clients;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * C3, C4, J5: the tests of clients/node. The packages that they use are installed by npm unless
 * they are there; where Maven is offline, or npm cannot have them, the tests are skipped and say
 * so.
 */
class NodeClientIT {

  private static final Path FOLDER = Path.of("node");
  private static final Duration PROBE = Duration.ofSeconds(30);
  private static final Duration INSTALL = Duration.ofMinutes(4);
  private static final Duration SUITE = Duration.ofMinutes(5);

  /** Needs Node 20, and npm, redis-server and openssl on the path. */
  private static final String MISSING =
      """
      const { existsSync } = require('node:fs');
      const { delimiter, join } = require('node:path');
      if (Number(process.versions.node.split('.')[0]) < 20) console.log('Node 20');
      for (const program of ['npm', 'redis-server', 'openssl']) {
        if (!process.env.PATH.split(delimiter).some((folder) => existsSync(join(folder, program)))) console.log(program);
      }
      """;

  private static final String PACKAGES =
      "for (const name of ['ioredis', 'redis', 'express', 'fastify', 'jose', 'openid-client',"
          + " 'dpop', 'typescript']) require.resolve(name)";

  /** Why the tests cannot run; null if they can. */
  private static @Nullable String problem;

  @BeforeAll
  static void install() {
    problem = problem();
    if (problem != null) {
      System.out.println("The Node client is not tested: " + problem);
    }
  }

  @BeforeEach
  void skipWithoutPackages() {
    Assumptions.assumeTrue(problem == null, () -> "The Node client is not tested: " + problem);
  }

  private static @Nullable String problem() {
    Optional<Command.Result> node = Command.run(FOLDER, PROBE, List.of("node", "-e", MISSING));
    if (node.isEmpty()) {
      return "node is not installed";
    }
    String missing = node.get().output().trim();
    if (!missing.isEmpty()) {
      return "missing: " + missing.replace("\n", ", ");
    }
    if (hasPackages()) {
      return null;
    }
    if ("offline=true".equals(System.getProperty("bulwark.maven"))) {
      return "its packages are not installed, and Maven is offline";
    }
    Command.Result npm =
        Command.run(
                FOLDER,
                INSTALL,
                List.of("npm", "install", "--ignore-scripts", "--no-save", "--fetch-retries=1"))
            .orElseThrow();
    if (npm.exit() == 0 && hasPackages()) {
      return null;
    }
    return "npm cannot install its packages\n" + npm.output();
  }

  private static boolean hasPackages() {
    return Files.isDirectory(FOLDER.resolve("node_modules"))
        && Command.run(FOLDER, PROBE, List.of("node", "-e", PACKAGES)).orElseThrow().exit() == 0;
  }

  @Test
  void passesItsTests() {
    Command.Result result =
        Command.run(FOLDER, SUITE, List.of("npm", "run", "--silent", "test")).orElseThrow();
    String output = result.output();
    // All of it where something failed, else the counts alone.
    System.out.println(
        "clients/node:\n" + (result.exit() == 0 ? output.substring(counts(output)) : output));
    assertThat(result.exit()).as("exit code of node").isZero();
  }

  private static int counts(String output) {
    int start = output.lastIndexOf("tests ");
    assertThat(start).as("counts of node's test runner in %s", output).isPositive();
    return start;
  }

  @Test
  void itsTypesFitTheClientsAndFrameworks() {
    Command.Result result =
        Command.run(FOLDER, SUITE, List.of("npm", "run", "--silent", "types")).orElseThrow();
    assertThat(result.exit()).as(result.output()).isZero();
  }
}
