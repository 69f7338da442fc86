package dev.bulwark.it.release;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bulwark.it.password.Commands;
import dev.bulwark.it.support.Repository;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * B9: the scripts of {@code .ci} that decide whether something is released, in a repository of
 * their own. What they would ask GitHub is answered by a program of the test.
 */
class CiScriptsTest {

  private static final String COMMIT =
      "git -c user.name=a -c user.email=a@example.org commit --quiet --allow-empty -m ";

  @TempDir Path folder;

  private final Map<String, String> environment = new HashMap<>();

  @BeforeEach
  void makeRepository() throws IOException {
    environment.put("PATH", folder.resolve("programs") + ":" + System.getenv("PATH"));
    environment.put("HOME", folder.toString());
    environment.put("GIT_CONFIG_GLOBAL", folder.resolve("gitconfig").toString());
    environment.put("GIT_CONFIG_NOSYSTEM", "1");
    Files.createDirectories(folder.resolve("programs"));
    Files.createDirectories(folder.resolve("repository/.ci"));
    for (String script : List.of("prepare", "api-changes", "verified", "publish-release")) {
      Files.copy(
          Repository.root().resolve(".ci").resolve(script),
          folder.resolve("repository/.ci").resolve(script));
    }
    run("git init --quiet -b main && " + COMMIT + "first").expect(0);
    program("apt-get", "true");
    program("mvn", "true");
    program("gh", "echo \"$@\" >>\"$HOME/asked\"; echo \"$ANSWER\"");
  }

  /** In a container the checkout belongs to another user. */
  @Test
  void aRepositoryThatGitDoesNotReadIsNotOneWithoutARelease() {
    environment.put("GIT_TEST_ASSUME_DIFFERENT_OWNER", "1");
    assertThat(run(".ci/api-changes").expect(128).output())
        .contains("dubious ownership")
        .doesNotContain("no release yet");
  }

  @Test
  void afterThePreparationGitReadsTheRepositoryOfAnotherUser() {
    environment.put("GIT_TEST_ASSUME_DIFFERENT_OWNER", "1");
    String script = ".ci/prepare && git archive HEAD >/dev/null && .ci/api-changes";
    assertThat(run(script).expect(0).output()).contains("no release yet");
  }

  @Test
  void aTagOnMainWithAGreenRunIsReleased() throws IOException {
    run("git update-ref refs/remotes/origin/main HEAD && git tag v1.0.0").expect(0);
    environment.put("ANSWER", "cancelled\nsuccess");
    assertThat(run(".ci/verified v1.0.0").expect(0).output()).contains("on main and green");
    String head = run("git rev-parse HEAD").expect(0).output().strip();
    assertThat(asked()).contains("--workflow verify.yml", "--branch main", "--commit " + head);
  }

  @Test
  void aTagWithoutAGreenRunIsNotReleased() {
    run("git update-ref refs/remotes/origin/main HEAD && git tag v1.0.0").expect(0);
    for (String answer : List.of("", "failure", "cancelled")) {
      environment.put("ANSWER", answer);
      assertThat(run(".ci/verified v1.0.0").expect(1).output())
          .contains("no green run")
          .endsWith("only: " + (answer.isEmpty() ? "none" : answer) + "\n");
    }
  }

  @Test
  void aTagBesideMainIsNotReleased() {
    environment.put("ANSWER", "success");
    run("git update-ref refs/remotes/origin/main HEAD && " + COMMIT + "second && git tag v1.0.0")
        .expect(0);
    assertThat(run(".ci/verified v1.0.0").expect(1).output()).contains("not on main");
  }

  @Test
  void theReleaseIsADraftOfTheFilesThatHaveTheirSums() throws IOException {
    Path repository = folder.resolve("repository");
    Files.writeString(repository.resolve("CHANGELOG.md"), "## [1.0.0] - 2026-12-01\n- All new.\n");
    Files.createDirectories(repository.resolve("release/target/files"));
    run("cd release/target/files && echo jar >a.jar && sha256sum a.jar >SHA256SUMS").expect(0);
    run(".ci/publish-release v1.0.0").expect(0);
    assertThat(asked())
        .startsWith("release create v1.0.0 ")
        .contains("release/target/files/a.jar", " --draft ", " --verify-tag ", "- All new.");

    Files.delete(folder.resolve("asked"));
    run("echo other >release/target/files/a.jar").expect(0);
    assertThat(run(".ci/publish-release v1.0.0").exit()).isNotZero();
    assertThat(folder.resolve("asked")).doesNotExist();
  }

  private String asked() throws IOException {
    return Files.readString(folder.resolve("asked"));
  }

  private void program(String name, String text) throws IOException {
    Path file = folder.resolve("programs").resolve(name);
    Files.writeString(file, "#!/bin/sh\n" + text + "\n");
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  private Commands.Result run(String script) {
    return Commands.bash(folder.resolve("repository"), environment, script);
  }
}
