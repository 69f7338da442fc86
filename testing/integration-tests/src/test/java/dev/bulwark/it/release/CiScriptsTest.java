package dev.bulwark.it.release;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bulwark.it.password.Commands;
import dev.bulwark.it.support.Repository;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * B7, B9: the scripts of {@code .ci} that decide whether something is released, and what a night
 * tests, in a repository of their own. What they would ask GitHub or Maven is answered by a program
 * of the test.
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
    // Of the run that this test is a part of.
    List.of("LIMIT", "MAVEN_ARGUMENTS", "SEED").forEach(name -> environment.put(name, ""));
    Files.createDirectories(folder.resolve("programs"));
    Files.createDirectories(folder.resolve("repository/.ci"));
    for (String script :
        List.of(
            "prepare",
            "api-changes",
            "verified",
            "publish-release",
            "newest",
            "nightly",
            "long",
            "shard",
            "packages",
            "release",
            "reproducible")) {
      Files.copy(
          Repository.root().resolve(".ci").resolve(script),
          folder.resolve("repository/.ci").resolve(script));
    }
    run("git init --quiet -b main && " + COMMIT + "first").expect(0);
    program("apt-get", "true");
    script(".ci/without", "echo without \"$@\" >>\"$HOME/asked\"");
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
    publishable("1.0.0");
    run(".ci/publish-release v1.0.0").expect(0);
    assertThat(asked().lines().skip(1).findFirst().orElseThrow())
        .startsWith("release create v1.0.0 ")
        .contains("bundle/release/target/files/a.jar", " --draft ", " --verify-tag ", "- All new.")
        .doesNotContain("--prerelease");

    Files.delete(folder.resolve("asked"));
    run("echo other >bundle/release/target/files/a.jar").expect(0);
    assertThat(run(".ci/publish-release v1.0.0").exit()).isNotZero();
    assertThat(folder.resolve("asked")).doesNotExist();
  }

  /** GitHub takes a second draft of a tag, and the first may lack files. */
  @Test
  void draftsOfAnEarlierRunMakeRoom() throws IOException {
    publishable("1.0.0");
    environment.put("ANSWER", "true 7\ntrue 9");
    run(".ci/publish-release v1.0.0").expect(0);
    assertThat(asked())
        .containsSubsequence(
            "--method DELETE repos/{owner}/{repo}/releases/7\n",
            "--method DELETE repos/{owner}/{repo}/releases/9\n",
            "release create v1.0.0 ");
  }

  @Test
  void aPublicReleaseStaysAsItIs() throws IOException {
    publishable("1.0.0");
    environment.put("ANSWER", "true 7\nfalse 8");
    assertThat(run(".ci/publish-release v1.0.0").expect(1).output()).contains("public already");
    assertThat(asked()).doesNotContain("DELETE", "release create");
  }

  @Test
  void aCandidateIsNotTheLatestRelease() throws IOException {
    publishable("1.0.0-rc.1");
    run(".ci/publish-release v1.0.0-rc.1").expect(0);
    assertThat(asked()).contains("release create v1.0.0-rc.1 ", " --prerelease ");
  }

  /** The files of a version with their sums, and its section of the CHANGELOG. */
  private void publishable(String version) throws IOException {
    Path repository = folder.resolve("repository");
    Files.writeString(
        repository.resolve("CHANGELOG.md"), "## [" + version + "] - 2026-12-01\n- All new.\n");
    Files.createDirectories(repository.resolve("bundle/release/target/files"));
    run("cd bundle/release/target/files && echo jar >a.jar && sha256sum a.jar >SHA256SUMS")
        .expect(0);
  }

  /** Another option of the compiler can make other bytes. */
  @Test
  void theFilesThatAreComparedAreBuiltAsThoseOfTheRelease() throws IOException {
    releasable("one");
    run(".ci/release").expect(0);
    run(".ci/reproducible").expect(0);
    assertThat(asked().lines()).hasSize(3).containsOnly(asked().lines().findFirst().orElseThrow());

    run(".ci/reproducible bundle/release/target/files/SHA256SUMS").expect(0);
    assertThat(asked().lines()).hasSize(4);
  }

  @Test
  void aBuildWithOtherBytesIsNotReproducible() throws IOException {
    releasable("$PWD");
    run(".ci/release").expect(0);
    for (String sums : List.of("", " bundle/release/target/files/SHA256SUMS")) {
      assertThat(run(".ci/reproducible" + sums).expect(1).output()).contains("differ");
    }
  }

  @Test
  void aReleaseHasTheSourceOfEachClassAndJavadoc() throws IOException {
    releasable("one");
    run(".ci/release").expect(0);

    environment.put("SOURCE", "Other.java");
    assertThat(run(".ci/release").expect(1).output())
        .contains("a-sources.jar lacks dev/bulwark/One");
    environment.remove("SOURCE");
    environment.put("DOC", "other.html");
    assertThat(run(".ci/release").expect(1).output()).contains("a-javadoc.jar has no index.html");
  }

  @Test
  void aReleaseWhosePagesSayThatThereIsNoneIsNotMade() throws IOException {
    Files.writeString(folder.resolve("repository/CHANGELOG.md"), "## [1.0.0] - 2026-12-01\n");
    Path page = folder.resolve("repository/README.md");
    Files.writeString(page, "Version 1.0.0 is not released yet.\n");
    releasable("one");
    assertThat(run(".ci/release v1.0.0").expect(1).output())
        .contains("README.md:Version 1.0.0 is not released yet", "say that there is no release");
    assertThat(run(".ci/release v1.0.1").expect(1).output()).contains(".ci/set-version 1.0.1");

    Files.writeString(page, "Version 1.0.0.\n");
    run(".ci/release v1.0.0").expect(0);
  }

  /**
   * Has Maven make the files of a release with a library, whose SBOM is this text. A jar is the
   * list of its files here.
   */
  private void releasable(String text) throws IOException {
    Files.writeString(
        folder.resolve("repository/pom.xml"), "<project>\n  <version>1.0.0</version>\n");
    run("git add . && " + COMMIT + "all").expect(0);
    Path java = folder.resolve("java");
    environment.put("JAVA_HOME", java.toString());
    Files.createDirectories(java.resolve("bin"));
    executable(java.resolve("bin/jar"), "cat \"$2\"");
    program(
        "mvn",
        """
        echo "$@" >>"$HOME/asked"
        mkdir -p bundle/release/target/files
        cd bundle/release/target/files
        echo dev/bulwark/One.class >a.jar
        echo "dev/bulwark/${SOURCE:-One.java}" >a-sources.jar
        echo "${DOC:-index.html}" >a-javadoc.jar
        echo "%s" >a.cdx.json
        sha256sum a* >SHA256SUMS\
        """
            .formatted(text));
  }

  /** {@code RELEASE} of a repository may be a patch of an older line, and a candidate is newer. */
  @Test
  void theNewestReleaseIsTested() throws IOException {
    versions("26.8.2", "26.10.0", "26.4.18", "27.0.0.CR1");
    assertThat(run(".ci/newest").expect(0).output()).contains("Keycloak 26.10.0");
    assertThat(asked()).contains("matrix 26.10.0 --");
  }

  @Test
  void aNewestReleaseThatIsSupportedIsNotTestedTwice() throws IOException {
    versions("26.7.3", "26.7.0");
    assertThat(run(".ci/newest").expect(0).output()).contains("26.7.3 is in config/");
    assertThat(asked()).doesNotContain("matrix");
  }

  @Test
  void aNightlyBuildIsInstalledAndTested() throws IOException {
    versions();
    environment.put("MAVEN_ARGUMENTS", "-o -Dsome=thing");
    run(".ci/newest downloads/keycloak-999.0.0-SNAPSHOT.tar.gz").expect(0);
    assertThat(asked())
        .containsSubsequence(
            "install:install-file -Dfile=downloads/keycloak-999.0.0-SNAPSHOT.tar.gz",
            "-Dversion=999.0.0-SNAPSHOT",
            "-o -Dsome=thing",
            "matrix 999.0.0-SNAPSHOT -- -o -Dsome=thing");
  }

  @Test
  void eachLongRunIsBoundedAndHasTheFiguresOfTheDocuments() throws IOException {
    versions();
    environment.put("LIMIT", "60s");
    for (String run :
        run(".ci/long --list").expect(0).output().strip().replaceAll("[\\[\\]\"]", "").split(",")) {
      run(".ci/long " + run).expect(0);
    }
    assertThat(asked())
        .containsSubsequence("install -DskipTests", "rolling-upgrade --keycloak 26.7.0")
        .contains(
            "LogoutsOnTwoNodesIT",
            "-Dbulwark.logouts=10000 -Dbulwark.outage=600 -Dbulwark.events=10000"
                + " -Dbulwark.random.minutes=10")
        .contains("fuzz-run")
        .containsPattern("stalls -s [0-9]+ --")
        .containsPattern("without [a-z0-9-]+ mvn -B verify")
        .containsPattern("-Dit.order=random .*order.random.seed=[0-9]+");
    assertThat(run(".ci/long other").expect(2).output()).contains("not among");

    environment.put("LIMIT", "1s");
    program("mvn", "case \"$*\" in *bulwark.logouts*) exec sleep 60 ;; esac");
    run(".ci/long figures").expect(124);
  }

  /** GitHub ends a job that hangs, and then its logs are lost. */
  @Test
  void aNightIsBounded() throws IOException {
    versions();
    script(".ci/packages", "true");
    script(".ci/run", "echo run \"$@\" >>\"$HOME/asked\"; exec sleep \"$SECONDS_OF_RUN\"");
    environment.put("SECONDS_OF_RUN", "0");
    run(".ci/nightly 26.7.0").expect(0);
    assertThat(asked()).contains("run -Pfull -Dkeycloak.runtime.version=26.7.0");
    assertThat(run(".ci/nightly 26.1.0").expect(2).output()).contains("not among");

    environment.put("SECONDS_OF_RUN", "60");
    environment.put("LIMIT", "1s");
    run(".ci/nightly 26.7.0").expect(124);
  }

  /** The longest class alone, so that no machine is left with it at the end. */
  @Test
  void eachClassIsInOneShard() throws IOException {
    script("testing/integration-tests/src/test/durations", "");
    Path repository = folder.resolve("repository");
    Files.writeString(
        repository.resolve("testing/integration-tests/src/test/durations"),
        "0,60000,it.LongIT\n0,20000,it.ShortIT\n0,1000,it.TinyIT\n");
    for (String file :
        List.of(
            "it/LongIT", "it/ShortIT", "it/TinyIT", "it/NewIT", "it/LogSecretsIT", "it/ATest")) {
      script("testing/integration-tests/src/test/java/" + file + ".java", "");
    }
    run("git add --all && " + COMMIT + "classes").expect(0);
    assertThat(run(".ci/shard 1 2 --list").expect(0).output()).isEqualTo("**/it/LongIT.java\n");
    assertThat(run(".ci/shard 2 2 --list").expect(0).output().lines())
        .containsExactlyInAnyOrder("**/it/ShortIT.java", "**/it/NewIT.java", "**/it/TinyIT.java");
    assertThat(run(".ci/shard 3 2 --list").expect(2).output()).contains("no part 3 of 2");
  }

  @Test
  void theFuzzersAreBuiltWithTheArgumentsOfMaven() throws IOException {
    versions();
    Path repository = folder.resolve("repository");
    Files.copy(
        Repository.root().resolve("testing/fuzz/run"),
        repository.resolve("testing/fuzz/run"),
        StandardCopyOption.REPLACE_EXISTING);
    Path sources = Files.createDirectories(repository.resolve("parser/src/test/java"));
    Files.createFile(sources.resolve("ParserFuzzTest.java"));
    Files.createDirectories(repository.resolve("parser/target"));
    Files.createFile(repository.resolve("parser/target/fuzz-classpath.txt"));
    program("java", "echo '#5 DONE'");
    environment.put("MAVEN_ARGUMENTS", "-o -Dsome=thing");
    assertThat(run(".ci/long fuzz").expect(0).output()).contains("ParserFuzzTest: 5 inputs");
    assertThat(asked()).contains("-Pfuzz ").contains(" -am -o -Dsome=thing\n");
  }

  /** Has Maven know some versions of Keycloak; what the other scripts are told is kept. */
  private void versions(String... known) throws IOException {
    Path repository = folder.resolve("repository");
    Files.createDirectories(repository.resolve("config"));
    Files.copy(
        Repository.root().resolve("config/keycloak-versions.json"),
        repository.resolve("config/keycloak-versions.json"));
    Path metadata = folder.resolve("m2/org/keycloak/keycloak-quarkus-dist");
    Files.createDirectories(metadata);
    Files.writeString(
        metadata.resolve("maven-metadata-central.xml"),
        "<release>26.4.18</release><versions><version>"
            + String.join("</version><version>", known)
            + "</version></versions>");
    program(
        "mvn",
        "echo \"$@\" >>\"$HOME/asked\"; case \"$*\" in *help:evaluate*) echo \"$HOME/m2\" ;; esac");
    script("testing/integration-tests/matrix", "echo matrix \"$@\" >>\"$HOME/asked\"");
    script(
        "testing/integration-tests/rolling-upgrade",
        "echo rolling-upgrade \"$@\" >>\"$HOME/asked\"");
    script("testing/fuzz/run", "echo fuzz-run >>\"$HOME/asked\"");
    script("testing/stalls/run", "echo stalls \"$@\" >>\"$HOME/asked\"");
  }

  private void script(String name, String text) throws IOException {
    Path file = folder.resolve("repository").resolve(name);
    Files.createDirectories(file.getParent());
    executable(file, text);
  }

  private String asked() throws IOException {
    return Files.readString(folder.resolve("asked"));
  }

  private void program(String name, String text) throws IOException {
    executable(folder.resolve("programs").resolve(name), text);
  }

  private static void executable(Path file, String text) throws IOException {
    Files.writeString(file, "#!/bin/sh\n" + text + "\n");
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  private Commands.Result run(String script) {
    return Commands.bash(folder.resolve("repository"), environment, script);
  }
}
