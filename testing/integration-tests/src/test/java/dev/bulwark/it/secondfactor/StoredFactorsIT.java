package dev.bulwark.it.secondfactor;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.bulwark.it.password.HomeFolder;
import dev.bulwark.it.support.AdminApi;
import dev.bulwark.it.support.Application;
import dev.bulwark.it.support.Authenticator;
import dev.bulwark.it.support.FormBrowser;
import dev.bulwark.it.support.Realm;
import dev.bulwark.it.support.TestStack;
import dev.bulwark.server.DistributionServer;
import dev.bulwark.server.ServerSpec;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.bouncycastle.crypto.generators.Argon2BytesGenerator;
import org.bouncycastle.crypto.params.Argon2Parameters;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * T1, T2, T5: what the database has of a second factor, read from the files of a server that has
 * stopped: of backup codes Argon2id hashes and nothing else, of an authenticator app its secret, as
 * docs/security.md says.
 */
@Tag("full")
class StoredFactorsIT {

  private static final String USER = "alice";
  private static final String OLD_USER = "olga";
  private static final List<String> OLD_CODES =
      List.of("AAAABBBB1111", "AAAABBBB2222", "AAAABBBB3333", "AAAABBBB4444", "AAAABBBB5555");
  private static final Pattern ARGON2ID =
      Pattern.compile(
          "\\$argon2id\\$v=19\\$m=(\\d+),t=(\\d+),p=(\\d+)\\$([A-Za-z0-9+/]+)\\$([A-Za-z0-9+/]+)");

  @TempDir(factory = HomeFolder.class)
  Path home;

  @TempDir Path files;

  /** What a user has been shown. */
  private record Shown(String secret, List<String> codes) {}

  @Test
  void backupCodesAreStoredAsHashesAlone() throws Exception {
    ServerSpec spec = TestStack.spec("stored-factors", "redis://127.0.0.1:1").home(home).build();
    Shown shown;
    try (DistributionServer server = DistributionServer.start(spec)) {
      AdminApi admin =
          new AdminApi(server.url(), TestStack.ADMIN_USERNAME, TestStack.ADMIN_PASSWORD);
      Realm realm = new Realm(server.url(), "app");
      try (Application application = new Application(realm, admin)) {
        shown = setUp(new FormBrowser(server.url()), application);
        new People(admin).createWithOldCodes(OLD_USER, OLD_CODES);
        useCode(new FormBrowser(server.url()), application);
      }
    }
    assertThat(shown.codes()).hasSize(12).doesNotHaveDuplicates();

    assertThat(verifiedCodes(USER, shown.codes(), 0)).isEqualTo(12);
    // Those that Keycloak had stored, once the first of them has been used.
    assertThat(verifiedCodes(OLD_USER, OLD_CODES, 1)).isEqualTo(4);
    String everything = dump();
    for (String code : Stream.concat(shown.codes().stream(), OLD_CODES.stream()).toList()) {
      assertThat(everything)
          .doesNotContain(
              code, code.replaceAll("(.{4})(?!$)", "$1-"), OldCodes.keycloaksForm(code));
    }

    // Keycloak computes codes from it, so it is there as it is: what the operator has to encrypt.
    String secret = secretData(USER, "otp").get("value").asText();
    assertThat(base32(secret)).isEqualTo(shown.secret());
  }

  /** An app and backup codes, as a browser sets them up. */
  private static Shown setUp(FormBrowser browser, Application application) {
    FormBrowser.Page page =
        browser.submit(
            browser.open(application.login("openid") + "&kc_action=CONFIGURE_TOTP"),
            Map.of("username", USER, "password", Realm.PASSWORD));
    String raw = page.value("totpSecret");
    FormBrowser.Page manual = browser.click(page, "mode=manual");
    String secret = manual.text("kc-totp-secret-key").replace(" ", "");
    page =
        browser.submit(
            manual,
            Map.of(
                "totp", new Authenticator(secret).code(), "totpSecret", raw, "userLabel", "phone"));
    String codes = page.value("generatedRecoveryAuthnCodes");
    FormBrowser.Page done =
        browser.submit(
            page,
            Map.of(
                "generatedRecoveryAuthnCodes",
                codes,
                "generatedAt",
                page.value("generatedAt"),
                "userLabel",
                "codes"));
    application.redeem(done.parameter("code")).expect(200);
    return new Shown(secret, List.of(codes.split(",")));
  }

  /** A login with the first code of before. */
  private static void useCode(FormBrowser browser, Application application) {
    FormBrowser.Page form =
        browser.submit(
            browser.open(application.login("openid")),
            Map.of("username", OLD_USER, "password", Realm.PASSWORD));
    FormBrowser.Page done = browser.submit(form, Map.of("recoveryCodeInput", OLD_CODES.get(0)));
    application.redeem(done.parameter("code")).expect(200);
  }

  /**
   * Computes the hash of each stored code anew, by BouncyCastle, and compares.
   *
   * @param used how many codes of the set are gone
   * @return how many are stored
   */
  private int verifiedCodes(String user, List<String> codes, int used) throws Exception {
    JsonNode stored = secretData(user, "recovery-authn-codes").get("codes");
    Set<String> salts = new HashSet<>();
    for (JsonNode code : stored) {
      Matcher hash = ARGON2ID.matcher(code.get("encodedHashedValue").asText());
      assertThat(hash.matches()).as(code.toString()).isTrue();
      assertThat(List.of(hash.group(1), hash.group(2), hash.group(3)))
          .containsExactly("65536", "3", "4");
      salts.add(hash.group(4));
      Argon2BytesGenerator argon2 = new Argon2BytesGenerator();
      argon2.init(
          new Argon2Parameters.Builder(Argon2Parameters.ARGON2_id)
              .withMemoryAsKB(65536)
              .withIterations(3)
              .withParallelism(4)
              .withSalt(Base64.getDecoder().decode(hash.group(4)))
              .build());
      byte[] computed = new byte[32];
      argon2.generateBytes(
          OldCodes.keycloaksForm(codes.get(code.get("number").asInt() - 1))
              .getBytes(StandardCharsets.UTF_8),
          computed);
      assertThat(Base64.getDecoder().decode(hash.group(5))).isEqualTo(computed);
    }
    assertThat(salts).hasSize(codes.size() - used).allMatch(salt -> salt.length() >= 22);
    return stored.size();
  }

  private JsonNode secretData(String user, String type) throws Exception {
    List<String> found =
        query(
            "SELECT C.SECRET_DATA FROM CREDENTIAL C JOIN USER_ENTITY U ON U.ID = C.USER_ID"
                + " WHERE U.USERNAME = '"
                + user
                + "' AND C.TYPE = '"
                + type
                + "'");
    assertThat(found).as(type).hasSize(1);
    return new ObjectMapper().readTree(found.get(0));
  }

  /** All tables as SQL. */
  private String dump() throws Exception {
    Path script = files.resolve("dump.sql");
    try (Connection connection = connect();
        Statement sql = connection.createStatement()) {
      sql.execute("SCRIPT TO '" + script + "' CHARSET 'UTF-8'");
    }
    return Files.readString(script);
  }

  private List<String> query(String query) throws Exception {
    try (Connection connection = connect();
        Statement sql = connection.createStatement();
        ResultSet rows = sql.executeQuery(query)) {
      List<String> found = new ArrayList<>();
      while (rows.next()) {
        found.add(rows.getString(1));
      }
      return found;
    }
  }

  /** The database of the stopped server, which has no user's name. */
  private Connection connect() throws Exception {
    return DriverManager.getConnection(
        "jdbc:h2:file:" + home.resolve("data/h2/keycloakdb") + ";IFEXISTS=TRUE", "", "");
  }

  /** Of a secret of 20 characters, as the page shows it. */
  private static String base32(String secret) {
    String digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    java.math.BigInteger bits =
        new java.math.BigInteger(1, secret.getBytes(StandardCharsets.UTF_8));
    int count = secret.length() * Byte.SIZE / 5;
    StringBuilder text = new StringBuilder();
    for (int i = count - 1; i >= 0; i--) {
      text.append(digits.charAt(bits.shiftRight(5 * i).intValue() & 31));
    }
    return text.toString();
  }
}
