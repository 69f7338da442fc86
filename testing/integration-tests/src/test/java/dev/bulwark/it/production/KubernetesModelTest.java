package dev.bulwark.it.production;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.exc.UnrecognizedPropertyException;
import com.fasterxml.jackson.databind.introspect.Annotated;
import com.fasterxml.jackson.databind.introspect.JacksonAnnotationIntrospector;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import dev.bulwark.it.password.Commands;
import dev.bulwark.it.support.Repository;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.EnvFromSource;
import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.api.model.PodSecurityContext;
import io.fabric8.kubernetes.api.model.PodTemplateSpec;
import io.fabric8.kubernetes.api.model.Probe;
import io.fabric8.kubernetes.api.model.ResourceRequirements;
import io.fabric8.kubernetes.api.model.SecurityContext;
import io.fabric8.kubernetes.api.model.TopologySpreadConstraint;
import io.fabric8.kubernetes.api.model.Volume;
import io.fabric8.kubernetes.api.model.VolumeMount;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicy;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudget;
import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.keycloak.representations.idm.RealmRepresentation;

/**
 * B10: Kubernetes knows each field of the files, and each has its type. The API server would drop
 * an unknown field with a warning, so a misspelled limit would be none.
 */
class KubernetesModelTest {

  private static final String FOLDER = "deploy/kubernetes/";

  /** The classes keep unknown fields for later versions of the API; here they are errors. */
  private static final YAMLMapper STRICT =
      YAMLMapper.builder()
          .annotationIntrospector(
              new JacksonAnnotationIntrospector() {
                @Override
                public Boolean hasAnySetter(Annotated member) {
                  return false;
                }
              })
          .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
          .enable(DeserializationFeature.FAIL_ON_READING_DUP_TREE_KEY)
          .build();

  /** Fields of Kubernetes' own types, which the other tests read. */
  private static final Set<String> KUBERNETES =
      Set.of(
          "spec.resources",
          "spec.scheduling.topologySpreadConstraints",
          "spec.unsupported.podTemplate");

  private static final Set<String> MAPS = Set.of("spec.truststores", "spec.placeholders");

  private static final Set<String> KEYCLOAK_RESOURCE =
      Set.of(
          "apiVersion string",
          "kind string",
          "metadata.name string",
          "spec.additionalOptions[].name string",
          "spec.additionalOptions[].secret.key string",
          "spec.additionalOptions[].secret.name string",
          "spec.additionalOptions[].value string",
          "spec.automountServiceAccountToken boolean",
          "spec.db.host string",
          "spec.db.passwordSecret.key string",
          "spec.db.passwordSecret.name string",
          "spec.db.usernameSecret.key string",
          "spec.db.usernameSecret.name string",
          "spec.db.vendor string",
          "spec.hostname.admin string",
          "spec.hostname.hostname string",
          "spec.http.tlsSecret string",
          "spec.image string",
          "spec.ingress.enabled boolean",
          "spec.instances number",
          "spec.proxy.headers string",
          "spec.readinessProbe.failureThreshold number",
          "spec.readinessProbe.periodSeconds number",
          "spec.resources object",
          "spec.scheduling.topologySpreadConstraints array",
          "spec.serviceMonitor.enabled boolean",
          "spec.startOptimized boolean",
          "spec.truststores.*.secret.name string",
          "spec.unsupported.podTemplate object",
          "spec.update.strategy string");

  private static final Set<String> REALM_IMPORT =
      Set.of(
          "apiVersion string",
          "kind string",
          "metadata.name string",
          "spec.keycloakCRName string",
          "spec.placeholders.*.secret.key string",
          "spec.placeholders.*.secret.name string");

  @Test
  void anUnknownFieldIsRejected() {
    assertThatThrownBy(() -> STRICT.readValue("{name: a, mountpath: /a}", VolumeMount.class))
        .isInstanceOf(UnrecognizedPropertyException.class)
        .hasMessageContaining("mountpath");
    assertThatThrownBy(() -> STRICT.readValue("{periodSeconds: often}", Probe.class))
        .isInstanceOf(JsonProcessingException.class);
  }

  @ParameterizedTest
  @ValueSource(strings = {"common/network-policy.yaml", "helm/network-policy.yaml"})
  void thePoliciesAreValid(String file) throws IOException {
    List<NetworkPolicy> policies =
        STRICT
            .readerFor(NetworkPolicy.class)
            .<NetworkPolicy>readValues(Repository.text(FOLDER + file))
            .readAll();
    assertThat(policies)
        .isNotEmpty()
        .allSatisfy(
            policy -> {
              assertThat(policy.getApiVersion()).isEqualTo("networking.k8s.io/v1");
              assertThat(policy.getKind()).isEqualTo("NetworkPolicy");
              assertThat(policy.getSpec().getPodSelector().getMatchLabels()).isNotEmpty();
            });
  }

  @Test
  void theBudgetIsValid() throws IOException {
    PodDisruptionBudget budget =
        STRICT.readValue(
            Repository.text(FOLDER + "common/pod-disruption-budget.yaml"),
            PodDisruptionBudget.class);
    assertThat(budget.getApiVersion()).isEqualTo("policy/v1");
    assertThat(budget.getSpec().getMaxUnavailable().getIntVal()).isEqualTo(1);
  }

  /** The chart puts these values into its pods as they are, texts after it has read them. */
  @ParameterizedTest
  @ValueSource(strings = {"helm/keycloakx-values.yaml", "init-container/keycloakx-values.yaml"})
  void theValuesOfTheChartArePartsOfAPod(String file) throws IOException {
    JsonNode values = STRICT.readTree(Repository.text(FOLDER + file));
    int read = 0;
    read += text(values, "extraEnv", new TypeReference<List<EnvVar>>() {});
    read += text(values, "extraEnvFrom", new TypeReference<List<EnvFromSource>>() {});
    read += text(values, "extraVolumes", new TypeReference<List<Volume>>() {});
    read += text(values, "extraVolumeMounts", new TypeReference<List<VolumeMount>>() {});
    read += text(values, "extraInitContainers", new TypeReference<List<Container>>() {});
    read += text(values, "readinessProbe", new TypeReference<Probe>() {});
    read += text(values, "startupProbe", new TypeReference<Probe>() {});
    assertThat(read).isGreaterThan(2);
    object(values.path("resources"), ResourceRequirements.class);
    object(values.path("securityContext"), SecurityContext.class);
    object(values.path("podSecurityContext"), PodSecurityContext.class);
  }

  /** A volume at the folder would hide those that an image of the reader has. */
  @Test
  void theJarHidesNoProviderOfTheImage() throws IOException {
    JsonNode values =
        STRICT.readTree(Repository.text(FOLDER + "init-container/keycloakx-values.yaml"));
    List<VolumeMount> mounts =
        STRICT.readValue(
            values.get("extraVolumeMounts").asText(), new TypeReference<List<VolumeMount>>() {});
    assertThat(mounts)
        .filteredOn(mount -> mount.getMountPath().startsWith("/opt/keycloak/providers"))
        .singleElement()
        .satisfies(
            mount -> {
              assertThat(mount.getMountPath())
                  .isEqualTo("/opt/keycloak/providers/bulwark-keycloak.jar");
              assertThat(mount.getSubPath()).isEqualTo("bulwark-keycloak.jar");
            });
  }

  private static <T> int text(JsonNode values, String name, TypeReference<T> type)
      throws IOException {
    if (!values.has(name)) {
      return 0;
    }
    assertThat(STRICT.readValue(values.get(name).asText(), type)).as(name).isNotNull();
    return 1;
  }

  private static <T> void object(JsonNode value, Class<T> type) throws IOException {
    if (!value.isMissingNode()) {
      assertThat(STRICT.treeToValue(value, type)).isNotNull();
    }
  }

  /**
   * Each of these stands in the status of the resource as a warning: see the Operator's {@code
   * KeycloakController} and {@code KeycloakServiceMonitorDependentResource}.
   */
  @Test
  void theOperatorHasNothingToWarnOf() throws IOException {
    JsonNode spec = STRICT.readTree(Repository.text(FOLDER + "operator/keycloak.yaml")).get("spec");
    JsonNode pod = spec.at("/unsupported/podTemplate");
    assertThat(pod.has("metadata")).isFalse();
    assertThat(pod.at("/spec").has("imagePullSecrets")).isFalse();
    assertThat(pod.at("/spec/containers/0").properties())
        .extracting(Map.Entry::getKey)
        .isNotEmpty()
        .doesNotContain("name", "image", "resources");
    assertThat(spec.at("/additionalOptions"))
        .extracting(option -> option.path("name").asText() + "=" + option.path("value").asText())
        .as("what the image was built with; else there is no ServiceMonitor")
        .contains("metrics-enabled=true");
  }

  /**
   * The Operator's own fields, as its classes below {@code
   * operator/src/main/java/org/keycloak/operator/crds/v2beta1} have them. No artifact has these
   * classes or the schema, so the fields that the file uses are here by hand.
   */
  @Test
  void theOperatorKnowsItsOwnFields() throws IOException {
    JsonNode resource = STRICT.readTree(Repository.text(FOLDER + "operator/keycloak.yaml"));
    assertThat(fields(resource)).isSubsetOf(KEYCLOAK_RESOURCE);
    assertThat(resource.at("/spec/update/strategy").asText())
        .isIn("RecreateOnImageChange", "Auto", "Explicit");
    assertThat(resource.at("/spec/additionalOptions"))
        .allMatch(option -> option.has("value") != option.has("secret"));
    for (JsonNode secret : resource.findValues("secret")) {
      assertThat(secret.has("name")).isTrue();
    }

    JsonNode realmImport = realmImport();
    ((ObjectNode) realmImport.get("spec")).remove("realm");
    assertThat(fields(realmImport)).isSubsetOf(REALM_IMPORT);
  }

  /** The schema of a realm is made of Keycloak's class: there a text is no boolean or number. */
  @Test
  void theRealmOfTheImportHasTheTypesOfItsSchema() throws IOException {
    JsonMapper strict =
        JsonMapper.builder()
            .disable(MapperFeature.ALLOW_COERCION_OF_SCALARS)
            .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .build();
    JsonNode realm = realmImport().at("/spec/realm");
    assertThat(strict.treeToValue(realm, RealmRepresentation.class).getRealm()).isEqualTo("app");
  }

  private static JsonNode realmImport() throws IOException {
    return new JsonMapper()
        .readTree(
            Commands.bash(Repository.root(), Map.of(), FOLDER + "operator/realm-import")
                .expect(0)
                .output());
  }

  /** Names and types of all fields, as {@code spec.db.host string}; {@code *} is a name of ours. */
  private static Set<String> fields(JsonNode resource) {
    Set<String> found = new TreeSet<>();
    addFields(resource, "", found);
    return found;
  }

  private static void addFields(JsonNode node, String path, Set<String> found) {
    if (KUBERNETES.contains(path) || !node.isContainerNode()) {
      found.add(path + " " + node.getNodeType().name().toLowerCase(Locale.ROOT));
    } else if (node.isArray()) {
      node.forEach(item -> addFields(item, path + "[]", found));
    } else {
      for (Map.Entry<String, JsonNode> field : node.properties()) {
        String name = MAPS.contains(path) ? "*" : field.getKey();
        addFields(field.getValue(), path.isEmpty() ? name : path + "." + name, found);
      }
    }
  }

  /** What the Operator hands on to Kubernetes. */
  @Test
  void thePartsOfAPodInTheKeycloakResourceAreValid() throws IOException {
    JsonNode spec = STRICT.readTree(Repository.text(FOLDER + "operator/keycloak.yaml")).get("spec");
    PodTemplateSpec template =
        STRICT.treeToValue(spec.at("/unsupported/podTemplate"), PodTemplateSpec.class);
    assertThat(template.getSpec().getContainers()).hasSize(1);
    object(spec.get("resources"), ResourceRequirements.class);
    for (JsonNode each : spec.at("/scheduling/topologySpreadConstraints")) {
      object(each, TopologySpreadConstraint.class);
    }
  }
}
