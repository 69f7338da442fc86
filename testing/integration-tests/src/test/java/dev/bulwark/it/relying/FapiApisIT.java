package dev.bulwark.it.relying;

import static dev.bulwark.it.support.Waits.SOON;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.bulwark.it.support.FapiClient;
import dev.bulwark.it.support.FormBrowser;
import dev.bulwark.it.support.Http;
import dev.bulwark.it.support.Realm;
import dev.bulwark.it.support.Response;
import dev.bulwark.it.support.SharedRealm;
import dev.bulwark.it.support.SigningKey;
import dev.bulwark.it.support.TestStack;
import dev.bulwark.testing.FreePort;
import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * C1, C3, J5: openid-client by the code of docs/fapi-2.md logs in at Keycloak, and calls APIs in
 * Python and Node by the code of their READMEs. The packages are those of clients/node.
 */
@SharedRealm
class FapiApisIT {

  private static final Path DOCS = Path.of("..", "..", "docs").toAbsolutePath();
  private static final Path NODE = Path.of("..", "..", "clients", "node").toAbsolutePath();
  private static final String NEEDED =
      "for (const name of ['openid-client', 'dpop', 'jose', 'ioredis', 'express'])"
          + " import.meta.resolve(name)";

  /** Reads a command a line: its name, and an address. Answers each with a line. */
  private static final String DRIVER =
      """

      import { createInterface } from 'node:readline';
      let tokens;
      const commands = {
        login: async () => (await login()).href,
        finish: async (url) => (tokens = await finish(new URL(url))).access_token,
        call: async (url) => (await call(tokens, new URL(url))).status,
        unproven: async () => client.tokenRevocation(await plain(), tokens.access_token),
        refresh: async () => client.tokenRevocation(config, tokens.refresh_token),
        end: async () => (await end(tokens)) ?? 'ended',
      };
      const plain = () => client.discovery(issuer, 'fapi-app', undefined, client.PrivateKeyJwt({ key, kid: jwk.kid }));
      for await (const line of createInterface({ input: process.stdin })) {
        const [name, url] = line.split(' ');
        const told = (problem) => problem.error ?? `${problem.code ?? problem} ${JSON.stringify(problem.cause ?? '')}`.trim();
        console.log(await commands[name](url).catch(told));
      }
      """;

  private static final TestStack STACK = TestStack.get();
  private static final Realm REALM = STACK.realm();

  @TempDir private static Path folder;
  private static PythonApp python;
  private static Process node;
  private static int nodePort;
  private static Process client;
  private static BufferedWriter commands;
  private static BufferedReader answers;

  @BeforeAll
  static void start() throws Exception {
    requirePackages();
    SigningKey key = SigningKey.create();
    FapiClient.create(STACK.admin(), key);
    Files.writeString(
        folder.resolve("key.json"), key.privateJwk().put("kid", key.thumbprint()).toString());
    python = PythonApp.startWithResource(folder, REALM.url(), STACK.redis().port());
    nodePort = FreePort.next();
    node = startNode(nodeApi(), "node.log");
    client = startNode(clientCode(), "client.log");
    commands = client.outputWriter();
    answers = client.inputReader();
    String bearer =
        REALM.login("alice", Realm.PASSWORD, "openid tasks:read").expect(200).text("access_token");
    for (String api : apis()) {
      await()
          .atMost(SOON)
          .ignoreExceptions()
          .until(() -> Http.get(api, "Authorization", "Bearer " + bearer).status() == 200);
    }
  }

  @AfterAll
  static void stop() throws InterruptedException {
    if (python != null) {
      python.close();
    }
    for (Process process : new Process[] {client, node}) {
      if (process != null) {
        process.destroy();
        process.waitFor(20, TimeUnit.SECONDS);
      }
    }
  }

  private static void requirePackages() throws InterruptedException {
    try {
      Process probe =
          new ProcessBuilder("node", "--input-type=module", "-e", NEEDED)
              .directory(NODE.toFile())
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start();
      Assumptions.assumeTrue(
          probe.waitFor() == 0, "The packages of clients/node are not there: npm install");
    } catch (IOException e) {
      Assumptions.abort("No node on this machine");
    }
  }

  private static Process startNode(String code, String log) throws IOException {
    return new ProcessBuilder("node", "--input-type=module", "-e", code)
        .directory(NODE.toFile())
        .redirectError(folder.resolve(log).toFile())
        .start();
  }

  private static List<String> blocks(Path page, String language) throws IOException {
    return Pattern.compile("(?s)```" + language + "\n(.*?)```")
        .matcher(Files.readString(page))
        .results()
        .map((MatchResult block) -> block.group(1))
        .toList();
  }

  /** The blocks of the README: checker, resource, Express. */
  private static String nodeApi() throws IOException {
    Path readme = NODE.resolve("README.md");
    List<String> javascript = blocks(readme, "javascript");
    String resource =
        blocks(readme, "js").stream()
            .filter(block -> block.contains("new Resource("))
            .findFirst()
            .orElseThrow();
    String code =
        javascript.get(0).replaceAll("const guard = .*\n", "")
            + "const checker = new RevocationChecker(redis);\n"
            + resource
            + "import express from 'express';\nconst app = express();\n"
            + javascript.get(1)
            + "app.listen(%d, '127.0.0.1');\n".formatted(nodePort);
    return code.replace("https://sso.example.org/realms/app", REALM.url())
        .replace("host: 'redis'", "host: '127.0.0.1', port: " + STACK.redis().port())
        .replace("https://api.example.org", "http://127.0.0.1:" + nodePort);
  }

  /** openid-client wants HTTPS, unless it is told that this is a test. */
  private static String clientCode() throws IOException {
    String code = blocks(DOCS.resolve("fapi-2.md"), "javascript").get(0) + DRIVER;
    return code.replace("https://id.example.org/realms/app", REALM.url())
        .replace("'key.json'", "'" + folder.resolve("key.json") + "'")
        .replace(
            "kid: jwk.kid }))", "kid: jwk.kid }), { execute: [client.allowInsecureRequests] })");
  }

  private static List<String> apis() {
    return List.of(python.at("/api/tasks"), "http://127.0.0.1:" + nodePort + "/api/tasks");
  }

  private static String ask(String command) throws IOException {
    commands.write(command + "\n");
    commands.flush();
    String answer = answers.readLine();
    assertThat(answer).as(Files.readString(folder.resolve("client.log"))).isNotNull();
    return answer;
  }

  @Test
  void aThirdPartyClientCallsBothApisWithItsProofs() throws IOException {
    FormBrowser browser = new FormBrowser(STACK.url());
    FormBrowser.Page consent =
        browser.submit(
            browser.open(ask("login")), Map.of("username", "alice", "password", Realm.PASSWORD));
    String back = browser.submit(consent, Map.of("accept", "Yes")).url();
    String token = ask("finish " + back);
    assertThat(Realm.claims(token).get("typ").asText()).isEqualTo("DPoP");

    for (String api : apis()) {
      assertThat(ask("call " + api)).as(api).isEqualTo("200");
      assertThat(ask("call " + api + "?limit=1")).as(api).isEqualTo("200");
      assertChallenge(Http.get(api, "Authorization", "Bearer " + token), "Bearer", "invalid_token");
      assertChallenge(
          Http.get(api, "Authorization", "DPoP " + token), "DPoP", "invalid_dpop_proof");
    }

    assertThat(ask("unproven")).isEqualTo("invalid_dpop_proof");
    assertThat(ask("refresh")).isEqualTo("invalid_token");
    assertThat(ask("end")).isEqualTo("ended");
    Function<String, String> call =
        api -> {
          try {
            return ask("call " + api);
          } catch (IOException e) {
            throw new IllegalStateException(e);
          }
        };
    for (String api : apis()) {
      await().atMost(SOON).until(() -> !call.apply(api).equals("200"));
    }
  }

  private static void assertChallenge(Response answer, String scheme, String error) {
    assertThat(answer.status()).isEqualTo(401);
    assertThat(answer.header("WWW-Authenticate"))
        .startsWith(scheme + " error=\"" + error + "\"")
        .contains("algs=\"ES256 ");
  }
}
