package dev.bulwark.it.release;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import dev.bulwark.it.support.Repository;
import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** B7, B9: what the workflows of GitHub run, and what they may do. */
class WorkflowsTest {

  private static final Pattern PINNED =
      Pattern.compile("uses: [\\w./-]+@[0-9a-f]{40} # v\\d+\\.\\d+\\.\\d+");

  private static final Pattern SCRIPT =
      Pattern.compile("(?:\\.ci|testing/integration-tests|deploy/docker)/[a-z-]+(?![a-z/*-])");

  /**
   * A job of a workflow.
   *
   * @param name with that of its workflow's file
   */
  record Job(String name, JsonNode definition, JsonNode permissions) {
    @Override
    public String toString() {
      return name;
    }

    List<JsonNode> steps() {
      return list(definition.get("steps"));
    }

    /** What its steps run, one after the other. */
    String runs() {
      return String.join("\n", steps().stream().map(step -> step.path("run").asText()).toList());
    }

    boolean mayWrite() {
      return permissions.isTextual() || list(permissions).stream().anyMatch(Job::isWrite);
    }

    private static boolean isWrite(JsonNode permission) {
      return permission.asText().equals("write");
    }
  }

  static List<String> files() throws IOException {
    return Repository.files("\\.github/workflows/[^/]+\\.yml");
  }

  static List<Job> jobs() throws IOException {
    List<Job> jobs = new ArrayList<>();
    for (String file : files()) {
      JsonNode workflow = new YAMLMapper().readTree(Repository.text(file));
      workflow
          .get("jobs")
          .properties()
          .forEach(
              job ->
                  jobs.add(
                      new Job(
                          file.replaceAll(".*/|\\.yml", "") + ' ' + job.getKey(),
                          job.getValue(),
                          job.getValue().has("permissions")
                              ? job.getValue().get("permissions")
                              : workflow.get("permissions"))));
    }
    return jobs;
  }

  private static Job job(String name) throws IOException {
    return jobs().stream().filter(job -> job.name().equals(name)).findFirst().orElseThrow();
  }

  private static List<JsonNode> list(JsonNode node) {
    return StreamSupport.stream(node.spliterator(), false).toList();
  }

  /** A tag names another commit tomorrow. */
  @ParameterizedTest
  @MethodSource("files")
  void everyActionIsThatOfOneCommit(String file) {
    assertThat(Repository.text(file).lines().filter(line -> line.contains("uses:")))
        .isNotEmpty()
        .allMatch(line -> PINNED.matcher(line).find());
  }

  @ParameterizedTest
  @MethodSource("jobs")
  void noCheckoutLeavesItsTokenToTheStepsAfterIt(Job job) {
    assertThat(job.steps())
        .filteredOn(step -> step.path("uses").asText().startsWith("actions/checkout@"))
        .allMatch(step -> step.at("/with/persist-credentials").asText().equals("false"));
  }

  @ParameterizedTest
  @MethodSource("jobs")
  void aJobThatMayWriteRunsNoBuild(Job job) {
    if (job.mayWrite()) {
      assertThat(job.runs().lines().filter(line -> !line.isBlank()))
          .allMatch(line -> line.startsWith("gh ") || line.startsWith(".ci/publish-release "));
    }
  }

  @ParameterizedTest
  @MethodSource("jobs")
  void aJobHasALimitAndScriptsThatExist(Job job) {
    assertThat(job.definition().path("timeout-minutes").asInt()).isBetween(1, 360);
    String commands = job.runs() + job.definition().path("strategy");
    assertThat(SCRIPT.matcher(commands).results().map(MatchResult::group))
        .allMatch(script -> Files.isExecutable(Repository.root().resolve(script)));
  }

  @Test
  void aReleaseIsPublicAfterAGreenCommitTheCheckOfItsFilesAndTheImage() throws IOException {
    List<String> order = List.of("verified", "build", "check", "draft", "image", "publish");
    for (int i = 1; i < order.size(); i++) {
      assertThat(job("release " + order.get(i)).definition().get("needs").asText())
          .isEqualTo(order.get(i - 1));
    }
    assertThat(job("release verified").runs()).contains(".ci/verified ");
    assertThat(job("release check").runs())
        .contains("deploy/docker/check", ".ci/reproducible bundle/release/target/files/SHA256SUMS");
    assertThat(job("release publish").runs()).contains("--draft=false");
  }

  /** Those that Keycloak's release gives its image would say that this one is Keycloak's. */
  @Test
  void theImageSaysWhoseItIs() throws IOException {
    assertThat(job("release image").steps())
        .filteredOn(step -> step.path("uses").asText().startsWith("docker/build-push-action@"))
        .singleElement()
        .extracting(step -> step.at("/with/labels").asText().replaceAll("=.*", ""))
        .asString()
        .hasLineCount(8)
        .contains("image.title", "image.description", "image.url", "image.source")
        .contains("image.version", "image.revision", "image.created", "image.licenses");
  }

  /** Unit tests, all parts of the integration tests, and the other versions of Keycloak. */
  @Test
  void eachPushRunsAllTestsSideBySide() throws IOException {
    assertThat(job("verify unit").runs())
        .contains("mvn -B verify -DskipITs -Dunit.tests.excluded.groups=\n", "mvn -B -Pdocs ");
    List<String> parts = matrix("verify integration", "part");
    assertThat(parts).containsExactly("1", "2", "3");
    assertThat(job("verify integration").runs()).contains(".ci/shard \"$PART\" " + parts.size());
    assertThat(job("verify keycloak").runs())
        .containsSubsequence("mvn -B install ", "testing/integration-tests/matrix \"$VERSION\"");
    JsonNode versions =
        new ObjectMapper().readTree(Repository.text("config/keycloak-versions.json"));
    assertThat(matrix("verify keycloak", "version"))
        .containsExactlyInAnyOrderElementsOf(
            Stream.of("partial", "runtime")
                .flatMap(kind -> list(versions.get(kind)).stream())
                .map(JsonNode::asText)
                .filter(version -> !version.equals(versions.get("compile").asText()))
                .toList());
  }

  private static List<String> matrix(String job, String name) throws IOException {
    return list(job(job).definition().at("/strategy/matrix/" + name)).stream()
        .map(JsonNode::asText)
        .toList();
  }

  @Test
  void theNightRunsEachVersionAndTheComposeFile() throws IOException {
    assertThat(job("nightly keycloak").runs()).contains(".ci/nightly ");
    assertThat(job("nightly matrix").runs())
        .containsSubsequence("mvn -B install ", "testing/integration-tests/matrix");
    assertThat(list(job("nightly compose").definition().at("/strategy/matrix/check")))
        .extracting(JsonNode::asText)
        .containsExactly(
            "deploy/docker/check",
            "deploy/docker/check --ha",
            "deploy/docker/check --observe",
            "deploy/docker/check-own");
  }

  @Test
  void aRunThatIsCancelledEnds() throws IOException {
    assertThat(jobs()).noneMatch(job -> job.definition().path("if").asText().contains("always()"));
  }

  /**
   * Upgrades under load, the other form of the ledger, long figures, the fuzzers, stalls, orders.
   */
  @Test
  void theNightHasEachLongRun() throws IOException {
    assertThat(job("nightly long").runs()).contains(".ci/long \"$RUN\"");
    assertThat(job("nightly long").definition().at("/strategy/matrix/run").asText())
        .contains("needs.versions.outputs.long");
    assertThat(job("nightly versions").runs()).contains("long=$(.ci/long --list)");
  }

  /** They cannot fail the night: the bundle does not support these versions yet. */
  @Test
  void theNightLooksAheadWithoutFailing() throws IOException {
    for (String name : List.of("nightly unreleased", "nightly ahead")) {
      assertThat(job(name).definition().path("continue-on-error").asBoolean()).as(name).isTrue();
    }
    assertThat(job("nightly ahead").runs())
        .containsSubsequence("mvn -B install ", ".ci/newest", ".ci/newest unreleased/keycloak-");
  }
}
