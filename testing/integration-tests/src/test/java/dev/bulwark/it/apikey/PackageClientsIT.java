package dev.bulwark.it.apikey;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bulwark.it.gateway.Gateway;
import dev.bulwark.it.support.Http;
import dev.bulwark.it.support.Realm;
import dev.bulwark.it.support.Response;
import dev.bulwark.it.support.SharedRealm;
import dev.bulwark.it.support.TestStack;
import dev.bulwark.testing.Programs;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** K9: the recipe for package repositories with programs that send standard headers only. */
@SharedRealm
class PackageClientsIT {

  private static final TestStack STACK = TestStack.get();
  private static final Keys KEYS = new Keys(STACK.realm());
  private static final String WRONG = "atk_wrong";

  @TempDir private static Path files;
  @TempDir private Path home;

  private static Gateway gateway;
  private static String key;

  @BeforeAll
  static void start() throws Exception {
    Keys.believeAddresses(STACK.admin());
    key = KEYS.made("alice", "packages", "tasks:read").get("key").asText();
    Files.writeString(files.resolve("hello.txt"), "hello");
    Path npm = Files.createDirectory(files.resolve("npm"));
    Files.writeString(
        npm.resolve("greeting"),
        """
        {"name": "greeting", "dist-tags": {"latest": "1.2.3"}, "versions": {"1.2.3":
          {"name": "greeting", "version": "1.2.3", "dist": {"tarball": "http://127.0.0.1/x.tgz", "shasum": "0"}}}}
        """);
    Path parent = Files.createDirectories(files.resolve("maven/org/example/parent/1.0"));
    Files.writeString(
        parent.resolve("parent-1.0.pom"),
        """
        <project><modelVersion>4.0.0</modelVersion><groupId>org.example</groupId>
          <artifactId>parent</artifactId><version>1.0</version><packaging>pom</packaging></project>
        """);
    // Files of nginx's root are for everybody who has a key.
    gateway = Gateway.packages(STACK.url().getPort(), files);
  }

  @AfterAll
  static void stop() {
    if (gateway != null) {
      gateway.close();
    }
  }

  /** What a program has said, and how it has ended. */
  private record Run(int status, String output) {}

  private Run run(Path folder, Map<String, String> environment, List<String> command)
      throws Exception {
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .directory(folder.toFile())
            .redirectErrorStream(true)
            .redirectOutput(home.resolve("output.log").toFile());
    builder.environment().put("HOME", home.toString());
    builder.environment().putAll(environment);
    Process process = builder.start();
    process.getOutputStream().close();
    assertThat(process.waitFor(2, TimeUnit.MINUTES)).as("%s ends", command).isTrue();
    return new Run(process.exitValue(), Files.readString(home.resolve("output.log")));
  }

  private static String program(String name, String debianPackage) {
    return Programs.require(name, debianPackage).toString();
  }

  @Test
  void theHeaderOfAKeyHasPrecedence() {
    String url = gateway.url() + "/hello.txt";
    Response refused = Http.get(url);
    assertThat(refused.status()).isEqualTo(401);
    assertThat(refused.header("WWW-Authenticate")).isEqualTo("Basic realm=\"packages\"");
    assertThat(Http.get(url, "X-API-Key", key).expect(200).body()).isEqualTo("hello");
    assertThat(Http.get(url, "X-API-Key", WRONG, "Authorization", "Bearer " + key).status())
        .isEqualTo(401);
    Http.get(url, "X-API-Key", key, "Authorization", "Bearer x").expect(200);
  }

  @Test
  void curl() throws Exception {
    String curl = program("curl", "curl");
    String url = gateway.url() + "/hello.txt";
    for (List<String> credentials :
        List.of(
            List.of("-H", "Authorization: Bearer " + key),
            List.of("-u", "alice:" + key),
            List.of("-u", "anybody@example.org:" + key))) {
      Run run = run(home, Map.of(), command(List.of(curl, "-fsS", url), credentials));
      assertThat(run.output()).isEqualTo("hello");
    }
    for (List<String> credentials :
        List.of(
            List.<String>of(),
            List.of("-u", "alice:" + WRONG),
            List.of("-u", key + ":"),
            List.of("-H", "Authorization: Bearer " + WRONG))) {
      Run run = run(home, Map.of(), command(List.of(curl, "-fsS", url), credentials));
      assertThat(run.status()).as("%s", run).isEqualTo(22);
      assertThat(run.output()).contains("401");
    }
  }

  private static List<String> command(List<String> first, List<String> more) {
    return Stream.concat(first.stream(), more.stream()).toList();
  }

  @Test
  void git() throws Exception {
    String git = program("git", "git");
    Path work = Files.createDirectory(home.resolve("work"));
    Map<String, String> environment =
        Map.of("GIT_TERMINAL_PROMPT", "0", "GIT_CONFIG_NOSYSTEM", "1");
    for (List<String> command :
        List.of(
            List.of(git, "init", "-q", "-b", "main", "."),
            List.of(
                git,
                "-c",
                "user.name=a",
                "-c",
                "user.email=a@example.org",
                "commit",
                "-q",
                "--allow-empty",
                "-m",
                "First"),
            List.of(git, "clone", "-q", "--bare", ".", files.resolve("project.git").toString()))) {
      assertThat(run(work, environment, command).status()).as("%s", command).isZero();
    }
    Run info = run(files.resolve("project.git"), environment, List.of(git, "update-server-info"));
    assertThat(info.status()).as("%s", info).isZero();
    String address = gateway.url().replace("http://", "");
    Run good =
        run(
            home,
            environment,
            List.of(git, "clone", "http://alice:" + key + "@" + address + "/project.git", "good"));
    assertThat(good.status()).as("%s", good).isZero();
    assertThat(run(home.resolve("good"), environment, List.of(git, "log", "--oneline")).output())
        .contains("First");
    Run bad =
        run(
            home,
            environment,
            List.of(git, "clone", "http://alice:" + WRONG + "@" + address + "/project.git", "bad"));
    assertThat(bad.status()).isNotZero();
    assertThat(bad.output()).contains("Authentication failed");
  }

  @Test
  void npm() throws Exception {
    program("node", "nodejs");
    String npm = program("npm", "npm");
    Run good = npm(npm, key);
    assertThat(good.status()).as("%s", good).isZero();
    assertThat(good.output().strip()).isEqualTo("1.2.3");
    Run bad = npm(npm, WRONG);
    assertThat(bad.status()).isNotZero();
    assertThat(bad.output()).contains("E401");
  }

  private Run npm(String npm, String token) throws Exception {
    String registry = gateway.url() + "/npm/";
    Files.writeString(
        home.resolve(".npmrc"),
        "registry="
            + registry
            + "\n"
            + registry.replace("http:", "")
            + ":_authToken="
            + token
            + "\nfetch-retries=0\nupdate-notifier=false\n");
    return run(
        home,
        Map.of("npm_config_userconfig", home.resolve(".npmrc").toString()),
        List.of(npm, "view", "greeting", "version"));
  }

  /**
   * A parent POM is loaded from the repository before anything else; no plug-in is needed. Debian's
   * Maven lacks a library for the user name and password of its settings, so the header is set.
   */
  @Test
  void maven() throws Exception {
    String mvn = program("mvn", "maven");
    Files.writeString(
        home.resolve("pom.xml"),
        """
        <project><modelVersion>4.0.0</modelVersion>
          <parent><groupId>org.example</groupId><artifactId>parent</artifactId><version>1.0</version>
            <relativePath/></parent>
          <artifactId>child</artifactId><packaging>pom</packaging>
        </project>
        """);
    Run bad = maven(mvn, Realm.basic("alice", WRONG));
    assertThat(bad.status()).isNotZero();
    assertThat(bad.output()).contains("401");
    for (String authorization : List.of(Realm.basic("alice", key), "Bearer " + key)) {
      Run good = maven(mvn, authorization);
      assertThat(good.status()).as("%s", good).isZero();
      assertThat(good.output()).contains("BUILD SUCCESS");
    }
  }

  private Run maven(String mvn, String authorization) throws Exception {
    Path settings = home.resolve("settings.xml");
    Files.writeString(
        settings,
        """
        <settings>
          <mirrors><mirror><id>packages</id><mirrorOf>*</mirrorOf><url>%s/maven</url></mirror></mirrors>
          <servers><server><id>packages</id><configuration><httpHeaders><property>
            <name>Authorization</name><value>%s</value>
          </property></httpHeaders></configuration></server></servers>
        </settings>
        """
            .formatted(gateway.url(), authorization));
    Path repository = Files.createTempDirectory(home, "repository");
    return run(
        home,
        Map.of("JAVA_HOME", System.getProperty("java.home")),
        List.of(
            mvn,
            "-B",
            "-s",
            settings.toString(),
            "-gs",
            settings.toString(),
            "-Dmaven.repo.local=" + repository,
            "validate"));
  }
}
