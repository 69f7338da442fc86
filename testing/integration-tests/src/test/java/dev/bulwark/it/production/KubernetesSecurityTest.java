package dev.bulwark.it.production;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import dev.bulwark.it.password.Commands;
import dev.bulwark.it.support.Repository;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * B10: on Kubernetes, who reaches what, the rights of the pods, their probes, and the check of the
 * database's certificate. No test has the chart itself: here are the values that it reads.
 */
class KubernetesSecurityTest {

  private static final String FOLDER = "deploy/kubernetes/";
  private static final String COMMON = FOLDER + "common/network-policy.yaml";
  private static final String OPERATOR = FOLDER + "operator/keycloak.yaml";
  private static final String HELM = FOLDER + "helm/keycloakx-values.yaml";
  private static final String INIT_CONTAINER = FOLDER + "init-container/keycloakx-values.yaml";
  private static final YAMLMapper YAML = new YAMLMapper();

  /** As the chart's own probes: its template fills it in, also for a Keycloak below a path. */
  private static final String BELOW_THE_PATH = "{{ .Values.http.relativePath | trimSuffix \"/\" }}";

  /** A Sentinel or a replica of Redis that cannot reach the primary is of no use. */
  @Test
  void redisPodsReachEachOtherAndKeycloakReachesTheSentinels() throws IOException {
    JsonNode into = policy(Repository.text(COMMON), "redis-in");
    assertThat(ports(into.at("/spec/ingress"), "/from", "app: redis"))
        .containsExactlyInAnyOrder(6379, 26379, 16379);
    for (String reader : List.of("app: keycloak", "reads-revocations: true")) {
      assertThat(ports(into.at("/spec/ingress"), "/from", reader)).as(reader).contains(6379, 26379);
    }
    assertThat(ports(wayOut(), "/to", "app: redis")).containsExactlyInAnyOrder(6379, 26379);
  }

  @Test
  void theWayOutHasEveryDnsBothKindsOfAddressesAndApplicationsOfTheCluster() throws IOException {
    assertThat(ports(wayOut(), "/to", "kubernetes.io/metadata.name: kube-system"))
        .containsExactly(53);
    assertThat(ports(wayOut(), "/to", "kubernetes.io/metadata.name: openshift-dns"))
        .containsExactly(5353);
    assertThat(ports(wayOut(), "/to", "cidr: 169.254.20.10/32")).containsExactly(53);
    for (String everywhere : List.of("cidr: 0.0.0.0/0", "cidr: ::/0")) {
      assertThat(ports(wayOut(), "/to", everywhere)).as(everywhere).containsExactly(443, 587);
    }
    JsonNode applications = rule(wayOut(), "/to", "receives-logouts: true");
    assertThat(applications.has("ports")).as("an application's port is its own").isFalse();
    assertThat(applications.at("/to/0").has("namespaceSelector")).isTrue();
  }

  /** The chart's own policy is off, and would close ports that Keycloak needs. */
  @Test
  void theWayIntoKeycloakOfTheChartIsLimited() throws IOException {
    JsonNode policy = policy(Repository.text(FOLDER + "helm/network-policy.yaml"), "keycloak-in");
    assertThat(policy.at("/spec/podSelector/matchLabels/app.kubernetes.io~1name").asText())
        .isEqualTo("keycloakx");
    JsonNode into = policy.at("/spec/ingress");
    String namespace = "kubernetes.io/metadata.name: ";
    assertThat(ports(into, "/from", namespace + "INGRESS_NAMESPACE")).containsExactly(8080);
    assertThat(ports(into, "/from", namespace + "PROMETHEUS_NAMESPACE")).containsExactly(9000);
    assertThat(ports(into, "/from", "app.kubernetes.io/name: keycloakx"))
        .containsExactly(7800, 57800);
    assertThat(into).allMatch(rule -> !rule.at("/from").isEmpty() && !rule.at("/ports").isEmpty());
  }

  /** The command of the README, with what kubectl would get. */
  @Test
  void theCommandForTheChartGivesThePoliciesTheLabelOfItsPods() throws IOException {
    List<String> commands =
        Repository.text(FOLDER + "README.md")
            .lines()
            .filter(line -> line.startsWith("sed ") && line.contains("kubectl apply"))
            .toList();
    assertThat(commands).hasSize(1);
    String applied =
        Commands.bash(
                Repository.root().resolve(FOLDER),
                Map.of(),
                "kubectl() { cat; }\n" + commands.get(0))
            .expect(0)
            .output();
    assertThat(applied).doesNotContain("app: keycloak");
    assertThat(
            policy(applied, "keycloak-out")
                .at("/spec/podSelector/matchLabels/app.kubernetes.io~1name")
                .asText())
        .isEqualTo("keycloakx");
    assertThat(
            ports(
                policy(applied, "redis-in").at("/spec/ingress"),
                "/from",
                "app.kubernetes.io/name: keycloakx"))
        .contains(6379);
  }

  /** The Pod Security Standard "restricted". */
  @Test
  void thePodsHaveNoMoreRightsThanTheyNeed() throws IOException {
    JsonNode pod = values(OPERATOR).at("/spec/unsupported/podTemplate/spec");
    assertRestricted(pod.at("/containers/0/securityContext"));
    assertThat(pod.at("/securityContext/runAsNonRoot").asBoolean()).isTrue();
    assertThat(pod.at("/securityContext/seccompProfile/type").asText()).isEqualTo("RuntimeDefault");

    JsonNode helm = values(HELM);
    assertRestricted(helm.at("/securityContext"));
    assertThat(helm.at("/securityContext/runAsNonRoot").asBoolean()).isTrue();
    assertThat(helm.at("/podSecurityContext/seccompProfile/type").asText())
        .isEqualTo("RuntimeDefault");
    for (JsonNode token :
        List.of(
            helm.at("/serviceAccount/automountServiceAccountToken"),
            values(OPERATOR).at("/spec/automountServiceAccountToken"))) {
      assertThat(token.isBoolean() && !token.asBoolean()).isTrue();
    }

    JsonNode init = YAML.readTree(values(INIT_CONTAINER).at("/extraInitContainers").asText());
    assertRestricted(init.at("/0/securityContext"));
    assertThat(init.at("/0/securityContext/readOnlyRootFilesystem").asBoolean()).isTrue();
    assertThat(init.at("/0/securityContext/runAsNonRoot").asBoolean()).isTrue();
    assertThat(init.at("/0/resources/limits/memory").asText()).isNotEmpty();
  }

  private static void assertRestricted(JsonNode context) {
    JsonNode escalation = context.at("/allowPrivilegeEscalation");
    assertThat(escalation.isBoolean() && !escalation.asBoolean()).isTrue();
    assertThat(context.at("/capabilities/drop/0").asText()).isEqualTo("ALL");
  }

  /** A service {@code smtp} would set the realm's variable {@code SMTP_PORT} to an address. */
  @Test
  void noServiceOfTheNamespaceSetsVariablesOfTheRealm() throws IOException {
    assertThat(Repository.text("realm-config/app-realm.json")).contains("${SMTP_PORT:");
    JsonNode links = values(HELM).at("/enableServiceLinks");
    assertThat(links.isBoolean() && !links.asBoolean()).isTrue();
  }

  /** {@code docs/operations/two-nodes.md}: after a coordinator's end no node is ready for 30 s. */
  @Test
  void aServiceKeepsItsPodsLongerThanTheCheckOfTheClusterFails() throws IOException {
    JsonNode helm = YAML.readTree(values(HELM).at("/readinessProbe").asText());
    for (JsonNode probe : List.of(helm, values(OPERATOR).at("/spec/readinessProbe"))) {
      assertThat(probe.at("/periodSeconds").asInt() * probe.at("/failureThreshold").asInt())
          .isEqualTo(60);
    }
    assertThat(helm.at("/timeoutSeconds").asInt()).isEqualTo(5);
    assertThat(helm.at("/httpGet/path").asText()).isEqualTo(BELOW_THE_PATH + "/health/ready");

    JsonNode start = YAML.readTree(values(HELM).at("/startupProbe").asText());
    assertThat(start.at("/httpGet/path").asText()).isEqualTo(BELOW_THE_PATH + "/health/started");
    assertThat(start.at("/httpGet/port").asText()).isEqualTo("http-internal");
    assertThat(start.at("/periodSeconds").asInt() * start.at("/failureThreshold").asInt())
        .isEqualTo(1200);
  }

  @Test
  void theCertificateOfTheDatabaseIsChecked() throws IOException {
    assertThat(Repository.text(FOLDER + "README.md"))
        .contains("kubectl create secret generic postgres-authority --from-file=authority.pem=");
    JsonNode operator = values(OPERATOR);
    assertThat(operator.at("/spec/truststores/postgres/secret/name").asText())
        .isEqualTo("postgres-authority");
    assertThat(named(operator.at("/spec/additionalOptions"), "db-url-properties").asText())
        .isEqualTo(
            "?sslmode=verify-full&sslrootcert="
                + "/opt/keycloak/conf/truststores/secret-postgres-authority/authority.pem");
    assertThat(variable("KC_DB_URL_PROPERTIES"))
        .isEqualTo("?sslmode=verify-full&sslrootcert=/postgres-authority/authority.pem");
    for (String file : List.of(HELM, INIT_CONTAINER)) {
      JsonNode volumes = YAML.readTree(values(file).at("/extraVolumes").asText());
      JsonNode mounts = YAML.readTree(values(file).at("/extraVolumeMounts").asText());
      assertThat(texts(volumes, "/secret/secretName")).as(file).contains("postgres-authority");
      assertThat(texts(mounts, "/mountPath")).as(file).contains("/postgres-authority");
      assertThat(texts(mounts, "/name")).as(file).isSubsetOf(texts(volumes, "/name"));
    }
  }

  /** Keycloak's own image has not what this repository's Dockerfile sets. */
  @Test
  void theLogOfTheChartIsThatOfTheImage() throws IOException {
    for (String file : List.of("Dockerfile", FOLDER + "removal/Dockerfile")) {
      List<String> settings =
          Repository.text(file)
              .lines()
              .filter(line -> line.startsWith("ENV KC_LOG"))
              .flatMap(line -> Stream.of(line.substring("ENV ".length()).split(" ")))
              .toList();
      assertThat(settings).as(file).hasSize(3);
      for (String setting : settings) {
        String[] parts = setting.split("=", 2);
        assertThat(variable(parts[0])).as(file).isEqualTo(parts[1]);
      }
    }
  }

  /** v2beta1 is stored since Keycloak 26.6; v2alpha1 is deprecated. */
  @Test
  void theResourcesHaveTheVersionThatTheOperatorStores() {
    assertThat(Repository.text(OPERATOR)).contains("\napiVersion: k8s.keycloak.org/v2beta1\n");
    assertThat(Repository.text(FOLDER + "operator/realm-import"))
        .contains("apiVersion: \"k8s.keycloak.org/v2beta1\"");
  }

  /** It is built as the image with the bundle is, so it starts with the same rights. */
  @Test
  void theImageWithoutTheBundleIsBuiltAsTheOneWithIt() {
    List<String> shipped = Repository.text("Dockerfile").lines().toList();
    String removal = Repository.text(FOLDER + "removal/Dockerfile");
    List<String> steps = removal.lines().filter(line -> line.matches("(ENV|RUN) .*")).toList();
    assertThat(steps).hasSize(4).isSubsetOf(shipped);
    assertThat(removal).doesNotContainIgnoringCase("bulwark");
  }

  private static JsonNode wayOut() throws IOException {
    return policy(Repository.text(COMMON), "keycloak-out").at("/spec/egress");
  }

  private static JsonNode policy(String text, String name) throws IOException {
    for (JsonNode document : YAML.readerFor(JsonNode.class).<JsonNode>readValues(text).readAll()) {
      if (document.at("/metadata/name").asText().equals(name)) {
        return document;
      }
    }
    throw new AssertionError("no policy " + name);
  }

  /** The one rule with a peer that has this label or these addresses, as {@code name: value}. */
  private static JsonNode rule(JsonNode rules, String peers, String wanted) {
    List<JsonNode> found = new ArrayList<>();
    for (JsonNode rule : rules) {
      for (JsonNode peer : rule.at(peers)) {
        if (selectors(peer).contains(wanted)) {
          found.add(rule);
        }
      }
    }
    assertThat(found).as(wanted).hasSize(1);
    return found.get(0);
  }

  private static Set<Integer> ports(JsonNode rules, String peers, String wanted) {
    Set<Integer> ports = new TreeSet<>();
    rule(rules, peers, wanted).at("/ports").forEach(port -> ports.add(port.at("/port").asInt()));
    return ports;
  }

  private static Set<String> selectors(JsonNode peer) {
    Set<String> found = new TreeSet<>();
    for (String at :
        List.of("/podSelector/matchLabels", "/namespaceSelector/matchLabels", "/ipBlock")) {
      peer.at(at)
          .properties()
          .forEach(label -> found.add(label.getKey() + ": " + label.getValue().asText()));
    }
    return found;
  }

  private static String variable(String name) throws IOException {
    return named(YAML.readTree(values(HELM).at("/extraEnv").asText()), name).asText();
  }

  private static JsonNode named(JsonNode list, String name) {
    for (JsonNode item : list) {
      if (item.at("/name").asText().equals(name)) {
        return item.at("/value");
      }
    }
    throw new AssertionError("no " + name);
  }

  private static Set<String> texts(JsonNode list, String at) {
    Set<String> texts = new TreeSet<>();
    list.forEach(item -> texts.add(item.at(at).asText()));
    return texts;
  }

  private static JsonNode values(String file) throws IOException {
    return YAML.readTree(Repository.text(file));
  }
}
