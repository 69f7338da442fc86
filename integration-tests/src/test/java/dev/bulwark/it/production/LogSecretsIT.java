package dev.bulwark.it.production;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;

/**
 * L6: after all other tests, the logs of every server that they started: no password, token, key or
 * code is in one. The order is that of {@code junit-platform.properties}.
 */
@Order(Integer.MAX_VALUE)
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
    Path folder =
        Path.of(System.getProperty("bulwark.server.build-folder", "../server/target"), "logs");
    Assumptions.assumeTrue(Files.isDirectory(folder), "no server was started here");
    int lines = 0;
    try (Stream<Path> files = Files.list(folder)) {
      for (Path file : files.filter(name -> name.toString().endsWith(".log")).toList()) {
        lines += search(file);
      }
    }
    assertThat(lines).as("lines that were searched").isPositive();
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
            throw new AssertionError(
                secret.getKey() + " in " + file.getFileName() + ", line " + lines);
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
