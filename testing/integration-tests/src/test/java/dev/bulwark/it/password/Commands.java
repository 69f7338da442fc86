package dev.bulwark.it.password;

import dev.bulwark.it.support.TestStack;
import dev.bulwark.server.installation.Installation;
import dev.bulwark.testing.Programs;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** Commands as an operator runs them: the packaged ones, and {@code kc.sh}. */
public final class Commands {

  private static final int TIMEOUT_MINUTES = 4;

  /** They end before the second compiler of the virtual machine is worth its time. */
  private static final String QUICK_START = "-XX:TieredStopAtLevel=1";

  private Commands() {}

  /** What a command wrote, both streams in one, and its exit code. */
  public record Result(int exit, String output) {

    /** Fails with the output where the exit code is another. */
    public Result expect(int expected) {
      if (exit != expected) {
        throw new AssertionError("exit " + exit + " instead of " + expected + ":\n" + output);
      }
      return this;
    }
  }

  /** Runs the packaged {@code bulwark-migrate}. */
  public static Result migrate(String... arguments) {
    return jar(
        Path.of("..", "..", "password-hash-provider", "target", "bulwark-migrate.jar"),
        Map.of(),
        arguments);
  }

  /** Runs the packaged {@code bulwark-apikeys}. */
  public static Result apiKeys(Map<String, String> environment, String... arguments) {
    return jar(
        Path.of("..", "..", "apikey-authenticator", "target", "bulwark-apikeys.jar"),
        environment,
        arguments);
  }

  /** Runs the packaged {@code bulwark-realm}. */
  public static Result realm(Map<String, String> environment, String... arguments) {
    return jar(
        Path.of("..", "..", "realm-config", "target", "bulwark-realm.jar"), environment, arguments);
  }

  private static Result jar(Path jar, Map<String, String> environment, String... arguments) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-Xmx96m", QUICK_START, "-XX:+UseSerialGC"));
    command.addAll(List.of("-jar", jar.toAbsolutePath().normalize().toString()));
    command.addAll(Arrays.asList(arguments));
    return run(command, environment);
  }

  /** Runs {@code bin/kc.sh} of a server's folder. */
  public static Result kc(Path home, Map<String, String> environment, String... arguments) {
    List<String> command = new ArrayList<>(List.of(home.resolve("bin/kc.sh").toString()));
    command.addAll(Arrays.asList(arguments));
    Map<String, String> all = new HashMap<>(environment);
    all.putIfAbsent("JAVA_OPTS_APPEND", QUICK_START);
    return run(command, all);
  }

  /**
   * Runs shell text in a folder, as CI runs a step: it ends at the first command that fails. Skips
   * the test if it called a program that this machine lacks.
   */
  public static Result bash(Path folder, Map<String, String> environment, String script) {
    Result result = run(folder, List.of("bash", "-eo", "pipefail", "-c", script), environment);
    Programs.requireFound(result.output());
    return result;
  }

  /**
   * Runs shell text of a document that calls {@code kcadm.sh}, as the administrator of the tests.
   *
   * @param folder gets the session of {@code kcadm.sh}
   * @param environment of the text
   */
  public static Result kcadm(
      Path folder, URI server, Map<String, String> environment, String script) {
    Map<String, String> all = new HashMap<>(environment);
    all.put("KCADM", Installation.keycloak().resolve("bin/kcadm.sh").toString());
    all.put("KCADM_CONFIG", folder.resolve("kcadm.config").toString());
    all.put("KCADM_PASSWORD", TestStack.ADMIN_PASSWORD);
    String login =
        """
        kcadm.sh() { "$KCADM" "$@" --config "$KCADM_CONFIG"; }
        kcadm.sh config credentials --server %s --realm master --user %s --password "$KCADM_PASSWORD"
        """
            .formatted(server, TestStack.ADMIN_USERNAME);
    return bash(folder, all, login + script);
  }

  private static Result run(List<String> command, Map<String, String> environment) {
    return run(Path.of(""), command, environment);
  }

  private static Result run(Path folder, List<String> command, Map<String, String> environment) {
    try {
      Path output = Files.createTempFile("command", ".log");
      try {
        ProcessBuilder builder =
            new ProcessBuilder(command)
                .directory(folder.toAbsolutePath().toFile())
                .redirectErrorStream(true)
                .redirectOutput(output.toFile());
        // Each call of kcadm.sh starts a virtual machine.
        builder.environment().putIfAbsent("KC_OPTS", QUICK_START + " -XX:+UseSerialGC");
        builder.environment().putAll(environment);
        Process process = builder.start();
        process.getOutputStream().close();
        if (!process.waitFor(TIMEOUT_MINUTES, TimeUnit.MINUTES)) {
          process.descendants().forEach(ProcessHandle::destroyForcibly);
          process.destroyForcibly().waitFor();
          throw new AssertionError("still running:\n" + read(output));
        }
        return new Result(process.exitValue(), read(output));
      } finally {
        Files.delete(output);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  private static String read(Path output) throws IOException {
    return Files.readString(output, StandardCharsets.UTF_8);
  }
}
