package dev.bulwark.it.production;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/**
 * L6: after all other tests, the logs of every server that they started in any of the virtual
 * machines: no password, token, key or code is in one. An execution of its own in {@code pom.xml}
 * makes it the last.
 */
class LogSecretsIT {

  private static final Map<String, Pattern> SECRETS = secrets();

  /**
   * What Keycloak itself says of a provider's answer without {@code state}, with all of the answer
   * (docs/security.md, L6). Nobody can use that code: it needs the client's secret and the PKCE
   * verifier of a login that it does not belong to.
   */
  private static final Pattern ANSWER_WITHOUT_STATE =
      Pattern.compile(
          "ERROR \\[org\\.keycloak\\.broker\\.oidc\\.AbstractOAuth2IdentityProvider] \\(\\S+\\)"
              + " Redirection URL does not contain a state parameter\\. providerId=[\\w-]+,"
              + " redirectionUrl=\\S+/broker/[\\w-]+/endpoint\\?state=&code=[\\w.%-]+");

  @Test
  void noLogOfTheWholeRunHasASecret() throws IOException {
    Path build = Path.of(System.getProperty("bulwark.server.build-folder", "../server/target"));
    int lines = 0;
    try (DirectoryStream<Path> forks = Files.newDirectoryStream(build, "fork-*")) {
      for (Path fork : forks) {
        lines += searchAll(fork.resolve("logs"));
      }
    }
    assertThat(lines).as("lines of the servers that tests before this one started").isPositive();
  }

  private static int searchAll(Path folder) throws IOException {
    if (!Files.isDirectory(folder)) {
      return 0;
    }
    int lines = 0;
    try (DirectoryStream<Path> files = Files.newDirectoryStream(folder, "*.log")) {
      for (Path file : files) {
        lines += search(file);
      }
    }
    return lines;
  }

  private static int search(Path file) throws IOException {
    int lines = 0;
    try (BufferedReader reader = Files.newBufferedReader(file)) {
      for (String line = reader.readLine(); line != null; line = reader.readLine()) {
        lines++;
        for (Map.Entry<String, Pattern> secret : SECRETS.entrySet()) {
          Matcher matcher =
              secret.getValue().matcher(ANSWER_WITHOUT_STATE.matcher(line).replaceFirst(""));
          if (matcher.find()) {
            // Not the line itself: this report would be the next log with it.
            throw new AssertionError(secret.getKey() + " in " + file + ", line " + lines);
          }
        }
      }
    }
    return lines;
  }

  private static Map<String, Pattern> secrets() {
    Map<String, Pattern> secrets = new LinkedHashMap<>();
    secrets.put("a token (JWT)", Pattern.compile("eyJ[\\w-]{10,}\\.eyJ[\\w-]{10,}"));
    secrets.put("an API key", Pattern.compile("\\b[a-z0-9]{2,16}_[\\w-]{43}[0-9A-Za-z]{6}\\b"));
    secrets.put("a password hash", Pattern.compile("\\$(argon2(id|i|d)|2[abxy]|scrypt)\\$"));
    secrets.put(
        "a parameter with a code or secret",
        Pattern.compile("[?&\"](code|otp|totp|client_secret|password|session_code)=[\\w.%-]{6,}"));
    // Every password and secret that the tests give to servers says what it is.
    secrets.put(
        "a password of the tests",
        Pattern.compile("battery|\\b(\\w+-dev|path|limits|worker|svc-\\w+)-secret\\b"));
    return secrets;
  }
}
