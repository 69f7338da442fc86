package dev.bulwark.it.production;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import dev.bulwark.it.password.Commands;
import dev.bulwark.it.support.Repository;
import dev.bulwark.it.support.ShellBlock;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * B10: each command on the pages for Kubernetes runs to its end. No cluster is here: programs of
 * the test take the place of {@code kubectl}, {@code helm}, {@code docker} and {@code mvn}. They
 * keep what they are told, and fail where a file that is named does not exist.
 */
class KubernetesCommandsTest {

  private static final String FOLDER = "deploy/kubernetes/";

  private static final List<String> BLOCKS =
      Stream.of(
              "deploy/kubernetes/README.md",
              "deploy/kubernetes/existing-keycloak.md",
              "deploy/observability/kubernetes/README.md")
          .flatMap(page -> ShellBlock.in(page).stream())
          .map(ShellBlock::commands)
          .toList();

  private static final Pattern KEY =
      Pattern.compile("--from-(?:literal|file)=([A-Za-z_.-]+)=|--(cert|key)=");

  private static final String PROGRAM =
      """
      #!/bin/sh
      echo "${0##*/} $*" >>"$ASKED"
      file=
      for argument; do
        case $file in
          given) [ "$argument" = - ] && cat >>"$APPLIED" || ls -d "$argument" >&2 || exit 1 ;;
        esac
        file=
        case $argument in
          -f | --values) [ "${0##*/}" = docker ] || file=given ;;
          --from-file=*=* | --cert=* | --key=* | --from-env-file=*)
            ls "${argument##*=}" >&2 || exit 1 ;;
        esac
      done
      """;

  @TempDir Path folder;

  private final Map<String, String> environment = new HashMap<>();
  private Path tree = Path.of("");

  /** A copy of the files, since some commands write. */
  @BeforeEach
  void prepare() throws IOException {
    Path programs = Files.createDirectory(folder.resolve("programs"));
    for (String name : List.of("kubectl", "helm", "docker", "mvn")) {
      Path program = Files.writeString(programs.resolve(name), PROGRAM);
      Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwxr-xr-x"));
    }
    environment.put("PATH", programs + ":" + System.getenv("PATH"));
    environment.put("ASKED", folder.resolve("asked").toString());
    environment.put("APPLIED", folder.resolve("applied").toString());
    for (String name : List.of("DATABASE_PASSWORD", "REDIS_PASSWORD")) {
      environment.put(name, "secret");
    }
    tree = folder.resolve("tree");
    for (String file : Repository.files("(?:deploy/[a-z]+|realm-config)/[^/]+(?:/[^/]+)?")) {
      Path copy = tree.resolve(file);
      Files.createDirectories(copy.getParent());
      Files.copy(Repository.root().resolve(file), copy);
    }
    // What the reader has: certificates, and the variables of the realm.
    for (String name :
        List.of(
            "redis-authority.pem",
            "postgres-authority.pem",
            "keycloak.pem",
            "keycloak-key.pem",
            "realm.env")) {
      Files.writeString(tree.resolve(name), "A=b\n");
    }
  }

  @Test
  void eachCommandRuns() throws IOException {
    int ran = 0;
    for (String block : BLOCKS) {
      run(block);
      ran++;
    }
    assertThat(ran).isGreaterThan(6);
    assertThat(Files.readString(folder.resolve("asked")))
        .contains(
            "kubectl apply -f common/ -f operator/keycloak.yaml",
            "helm upgrade --install keycloak codecentric/keycloakx",
            "docker build -t REGISTRY/keycloak:TAG deploy/kubernetes/removal");
    assertThat(Files.readString(folder.resolve("applied")))
        .contains("KeycloakRealmImport", "keycloak-out");
  }

  /** In the root of the repository, or where the page says so. */
  private void run(String block) {
    boolean inFolder =
        Stream.of("-f common/", "helm/", "init-container/").anyMatch(block::contains);
    Commands.bash(inFolder ? tree.resolve(FOLDER) : tree, environment, block).expect(0);
  }

  /** The server and the command share the memory of the pod. */
  @Test
  void theCommandInThePodTakesLittleMemory() {
    assertThat(BLOCKS)
        .filteredOn(block -> block.contains("kubectl exec") && block.contains("kc.sh"))
        .hasSize(1)
        .allSatisfy(block -> assertThat(block).contains("env JAVA_OPTS_KC_HEAP=-Xmx128m "));
  }

  @Test
  void theFilesReadNoSecretButThoseOfTheCommands() throws IOException {
    Map<String, Set<String>> made = madeSecrets();
    assertThat(made.keySet())
        .containsExactlyInAnyOrder(
            "keycloak-database",
            "keycloak-redis",
            "redis-authority",
            "postgres-authority",
            "keycloak-realm",
            "keycloak-tls");
    Set<String> read = new TreeSet<>();
    YAMLMapper yaml = new YAMLMapper();
    collect(yaml.readTree(Repository.text(FOLDER + "operator/keycloak.yaml")), read);
    for (String file :
        List.of("helm/keycloakx-values.yaml", "init-container/keycloakx-values.yaml")) {
      JsonNode values = yaml.readTree(Repository.text(FOLDER + file));
      collect(values, read);
      for (JsonNode value : values) {
        if (value.isTextual() && value.asText().contains("\n")) {
          collect(yaml.readTree(value.asText()), read);
        }
      }
    }
    collect(
        yaml.readTree(
            Commands.bash(tree, environment, FOLDER + "operator/realm-import").expect(0).output()),
        read);
    assertThat(read).hasSizeGreaterThan(8).contains("keycloak-tls", "redis-authority");
    for (String each : read) {
      String[] parts = each.split("/", 2);
      assertThat(made).as(each).containsKey(parts[0]);
      if (parts.length == 2) {
        assertThat(made.get(parts[0])).as(each).contains(parts[1]);
      }
    }
  }

  /** Names of secrets to their keys. */
  private Map<String, Set<String>> madeSecrets() throws IOException {
    run(
        BLOCKS.stream()
            .filter(block -> block.contains("create secret tls"))
            .findFirst()
            .orElseThrow());
    Map<String, Set<String>> made = new TreeMap<>();
    for (String line : Files.readAllLines(folder.resolve("asked"))) {
      if (line.startsWith("kubectl create secret ")) {
        Set<String> keys = made.computeIfAbsent(line.split(" ")[4], name -> new TreeSet<>());
        for (MatchResult key : KEY.matcher(line).results().toList()) {
          keys.add(key.group(1) == null ? "tls." + key.group(2) : key.group(1));
        }
      }
    }
    return made;
  }

  /** Secrets of an object: as {@code name/key}, or as {@code name} where all of it is read. */
  private static void collect(JsonNode node, Set<String> read) {
    if (node.hasNonNull("name") && node.hasNonNull("key")) {
      read.add(node.get("name").asText() + "/" + node.get("key").asText());
    }
    if (node.hasNonNull("existingSecret")) {
      read.add(node.get("existingSecret").asText() + "/" + node.path("existingSecretKey").asText());
    }
    Stream.of("tlsSecret", "secretName")
        .filter(node::hasNonNull)
        .forEach(name -> read.add(node.get(name).asText()));
    for (String whole : List.of("secretRef", "secret")) {
      JsonNode secret = node.path(whole);
      if (secret.hasNonNull("name") && !secret.has("key")) {
        read.add(secret.get("name").asText());
      }
    }
    node.forEach(child -> collect(child, read));
  }
}
