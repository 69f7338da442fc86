package dev.bulwark.it.observability;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MappingIterator;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import dev.bulwark.it.support.Repository;
import dev.bulwark.redis.process.LocalProcess;
import dev.bulwark.testing.Programs;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** B10, B11: the files for the Prometheus Operator fit to the others. No cluster is here. */
class KubernetesMonitoringTest {

  private static final String FOLDER = "deploy/observability/";
  private static final String RULE = FOLDER + "kubernetes/prometheus-rule.yaml";
  private static final YAMLMapper YAML = new YAMLMapper();

  private static final String HEAD =
      """
      # The rules of ../prometheus/bulwark-rules.yml as a resource of the Prometheus Operator.
      # A test keeps both alike: change that file first.
      apiVersion: monitoring.coreos.com/v1
      kind: PrometheusRule
      metadata:
        name: bulwark
      spec:
      """;

  @TempDir Path folder;

  /** {@code -Dbulwark.write-docs=true} writes the resource. */
  @Test
  void theResourceHasTheRulesThatAreTested() throws IOException {
    String rules = Repository.text(FOLDER + "prometheus/bulwark-rules.yml");
    String resource =
        HEAD
            + rules
                .substring(rules.indexOf("groups:"))
                .lines()
                .map(line -> line.isBlank() ? "" : "  " + line)
                .collect(Collectors.joining("\n", "", "\n"));
    if (Repository.isWritten()) {
      Repository.write(RULE, resource);
    }
    assertThat(Repository.text(RULE)).isEqualTo(resource);
    assertThat(YAML.readTree(resource).at("/spec/groups/0/rules")).hasSizeGreaterThan(20);
  }

  /** And no dashboard is left out. */
  @Test
  void theKustomizationNamesTheFiles() throws IOException {
    JsonNode kustomization = YAML.readTree(Repository.text(FOLDER + "kustomization.yaml"));
    Set<String> files = new TreeSet<>();
    kustomization.get("resources").forEach(file -> files.add(file.asText()));
    for (JsonNode map : kustomization.get("configMapGenerator")) {
      assertThat(map.at("/files/0").asText())
          .isEqualTo("grafana/" + map.get("name").asText() + ".json");
      files.add(map.at("/files/0").asText());
    }
    Set<String> there = new TreeSet<>();
    try (Stream<Path> all = Files.walk(Repository.root().resolve(FOLDER))) {
      all.map(file -> Repository.root().resolve(FOLDER).relativize(file).toString())
          .filter(file -> file.matches("grafana/.*|kubernetes/.*\\.yaml"))
          .forEach(there::add);
    }
    assertThat(files).isEqualTo(there);
  }

  /** As the page applies it. The label is that of Prometheus' release, on everything. */
  @Test
  void kubectlMakesTheResources() throws IOException {
    String kubectl = Programs.require("kubectl", "kubectl").toString();
    Path file = folder.resolve("resources.yaml");
    Files.writeString(
        file,
        LocalProcess.run(
            Duration.ofMinutes(1),
            List.of(kubectl, "kustomize", Repository.root().resolve(FOLDER).toString())));
    List<String> kinds = new ArrayList<>();
    for (JsonNode resource : documents(Files.readString(file))) {
      kinds.add(resource.get("kind").asText());
      assertThat(resource.at("/metadata/labels/release").asText()).isEqualTo("PROMETHEUS_RELEASE");
    }
    assertThat(kinds)
        .containsExactlyInAnyOrder(
            "ConfigMap", "ConfigMap", "PodMonitor", "PodMonitor", "PrometheusRule");
  }

  private static List<JsonNode> monitors() throws IOException {
    return documents(Repository.text(FOLDER + "kubernetes/pod-monitor.yaml"));
  }

  private static List<JsonNode> documents(String text) throws IOException {
    List<JsonNode> documents = new ArrayList<>();
    try (MappingIterator<JsonNode> all = YAML.readerFor(JsonNode.class).readValues(text)) {
      all.forEachRemaining(documents::add);
    }
    return documents;
  }

  /** Its pods are those of the topology spread; HTTPS since there is a certificate. */
  @Test
  void theFirstMonitorFindsThePodsOfTheKeycloakOperator() throws IOException {
    JsonNode spec = monitors().get(0).get("spec");
    JsonNode keycloak =
        YAML.readTree(Repository.text("deploy/kubernetes/operator/keycloak.yaml")).get("spec");
    assertThat(spec.at("/selector/matchLabels/app"))
        .isEqualTo(
            keycloak.at("/scheduling/topologySpreadConstraints/0/labelSelector/matchLabels/app"));
    assertThat(keycloak.at("/http/tlsSecret").asText()).isNotEmpty();
    assertThat(spec.at("/podMetricsEndpoints/0/scheme").asText()).isEqualTo("https");
    assertThat(spec.at("/podMetricsEndpoints/0/tlsConfig/insecureSkipVerify").asBoolean()).isTrue();
    assertThat(keycloak.at("/serviceMonitor/enabled").isBoolean())
        .as("a second monitor of the same pods is off")
        .isTrue();
    assertThat(keycloak.at("/serviceMonitor/enabled").asBoolean()).isFalse();
  }

  /** Its pods are those of the policy, and the port is that of the probes. */
  @Test
  void theSecondMonitorFindsThePodsOfTheChart() throws IOException {
    JsonNode spec = monitors().get(1).get("spec");
    JsonNode policy = YAML.readTree(Repository.text("deploy/kubernetes/helm/network-policy.yaml"));
    assertThat(spec.at("/selector/matchLabels"))
        .isEqualTo(policy.at("/spec/podSelector/matchLabels"));
    JsonNode values =
        YAML.readTree(Repository.text("deploy/kubernetes/helm/keycloakx-values.yaml"));
    assertThat(values.get("readinessProbe").asText())
        .contains("port: " + spec.at("/podMetricsEndpoints/0/port").asText() + "\n");
    assertThat(spec.at("/podMetricsEndpoints/0/scheme").asText()).isEqualTo("http");
    assertThat(values.has("serviceMonitor")).isFalse();
  }

  @Test
  void prometheusTakesTheScrapeJobOfThePage() throws IOException {
    String promtool = Programs.require("promtool", "prometheus").toString();
    Matcher job =
        Pattern.compile("(?ms)^```yaml\\n(- job_name.*?)^```$")
            .matcher(Repository.text(FOLDER + "kubernetes/README.md"));
    assertThat(job.find()).isTrue();
    Path file =
        Files.writeString(folder.resolve("prometheus.yml"), "scrape_configs:\n" + job.group(1));
    assertThat(
            LocalProcess.run(
                Duration.ofMinutes(1), List.of(promtool, "check", "config", file.toString())))
        .contains("SUCCESS");
  }
}
