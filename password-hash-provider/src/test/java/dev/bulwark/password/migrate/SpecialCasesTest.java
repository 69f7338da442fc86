package dev.bulwark.password.migrate;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.bulwark.password.migrate.row.PersonName;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** P5: what an application has beside names and hashes, and what the report says of it. */
class SpecialCasesTest {

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String BCRYPT =
      "$2b$04$hB94hEx5m.HMTHncqKUZ8ufGbViykjox/RPQVkPzSOsPshg8K5T6m";
  private static final String HASH = "0123456789abcdef".repeat(4);
  private static final String SHIPPED = Path.of("..", "realm-config", "app-realm.json").toString();

  @TempDir Path folder;
  private final StringWriter stdout = new StringWriter();
  private final StringWriter stderr = new StringWriter();
  private Path in;

  @BeforeEach
  void path() {
    in = folder.resolve("users");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "first | Ann van der Berg | Ann | van der Berg",
        "last | Ann van der Berg | Ann van der | Berg",
        "none | Ann van der Berg | Ann van der Berg |",
        "first | Ann | Ann |",
        "last | Ann | Ann |",
        "first | Jo (Josephine) O'Neil | Jo | (Josephine) O'Neil",
        "first | 山田 太郎 | 山田 | 太郎"
      })
  void dividesAName(String split, String name, String first, String last) throws IOException {
    write("username,email,password_hash,name", "ann,,%s,%s".formatted(BCRYPT, name));
    assertThat(run("--split-name", split)).as(stderr.toString()).isZero();
    JsonNode user = users().get(0);
    assertThat(user.get("firstName").asText()).isEqualTo(first);
    assertThat(user.path("lastName").asText(null)).isEqualTo(last);
    assertThat(stdout.toString())
        .contains(last == null ? "0 first and last name, 1 one name" : "1 first and last name");
  }

  @Test
  void bothPartsWithABlankBetweenThemAreTheNameAgain() {
    for (PersonName.Split split : PersonName.Split.values()) {
      for (String name : List.of("Ann", "Ann B", "Ann  B", "A B C", "\u5c71\u7530 \u592a\u90ce")) {
        PersonName parts = PersonName.of(name, split);
        String again = parts.last() == null ? parts.first() : parts.first() + " " + parts.last();
        assertThat(again).as("%s %s", name, split).isEqualTo(name);
      }
    }
  }

  @Test
  void firstAndLastNameComeBeforeTheWholeOne() throws IOException {
    write(
        "username,email,password_hash,name,first_name,last_name",
        "ann,,%s,Whole Name,Ann,".formatted(BCRYPT),
        "bob,,%s,Whole Name,,".formatted(BCRYPT),
        "eve,,%s,,,".formatted(BCRYPT));
    assertThat(run()).as(stderr.toString()).isZero();
    assertThat(users().get(0).has("lastName")).isFalse();
    assertThat(users().get(1).get("lastName").asText()).isEqualTo("Name");
    assertThat(users().get(2).has("firstName")).isFalse();
    assertThat(stdout.toString()).contains("names: 1 first and last name, 1 one name, 1 none");
  }

  /** The name as the old application spells it, whatever Keycloak makes of it. */
  @Test
  void aPasswordWithoutAHashIsCheckedByTheOldApplication() throws IOException {
    write("username,email,password_hash", "Ann@Example.org,ann@example.org,legacy-login");
    assertThat(run()).as(stderr.toString()).isZero();
    JsonNode user = users().get(0);
    assertThat(user.get("username").asText()).isEqualTo("ann@example.org");
    JsonNode credential = user.get("credentials").get(0);
    assertThat(credential.get("type").asText()).isEqualTo("password");
    assertThat(JSON.readTree(credential.get("credentialData").asText()))
        .isEqualTo(
            JSON.readTree(
                "{\"hashIterations\":0,\"algorithm\":\"legacy-login\","
                    + "\"additionalParameters\":{\"login\":[\"Ann@Example.org\"]}}"));
    assertThat(JSON.readTree(credential.get("secretData").asText()).get("value").asText())
        .isEmpty();
    assertThat(stdout.toString()).contains("legacy-login: 1");
  }

  @Test
  void theOldApplicationMayKnowTheUserByAnotherName() throws IOException {
    write(
        "username,email,password_hash,legacy_login_name",
        "ann@example.org,,legacy-login,Ann.B",
        "bob@example.org,,legacy-login,",
        "eve@example.org,,legacy-login, eve");
    assertThat(run()).isEqualTo(2);
    assertThat(stderr.toString().trim())
        .isEqualTo("line 4: legacy_login_name begins or ends with a blank");
    assertThat(parameters(0)).isEqualTo(JSON.readTree("{\"login\":[\"Ann.B\"]}"));
    assertThat(parameters(1)).isEqualTo(JSON.readTree("{\"login\":[\"bob@example.org\"]}"));
  }

  @Test
  void aNameForTheOldApplicationIsOfNoUseWithAHash() throws IOException {
    write(
        "username,email,password_hash,legacy_login_name",
        "ann,,legacy-login,Ann",
        "bob,,%s,Bob".formatted(BCRYPT),
        "eve,,,Eve",
        "pat,,%s,".formatted(BCRYPT));
    assertThat(run("--allow-no-password")).as(stderr.toString()).isZero();
    assertThat(stdout.toString())
        .contains(
            "users whose legacy_login_name is left out, because their password_hash is not"
                + " legacy-login: 2");
    assertThat(parameters(1)).isEmpty();
  }

  @Test
  void theFormOfThePasswordsIsPartOfEachHash() throws IOException {
    write(
        "username,email,password_hash",
        "ann,,%s".formatted(BCRYPT),
        "bob,,\"$argon2id$v=19$m=8,t=1,p=1$c2FsdHNhbHQ$MDEyMzQ1Njc4OWFiY2RlZg\"",
        "eve,,legacy-login");
    assertThat(run("--password-form", "nfkd")).as(stderr.toString()).isZero();
    assertThat(parameters(0)).isEqualTo(JSON.readTree("{\"passwordForm\":[\"NFKD\"]}"));
    assertThat(parameters(1).get("passwordForm").get(0).asText()).isEqualTo("NFKD");
    assertThat(parameters(1).get("memory").get(0).asText()).isEqualTo("8");
    assertThat(parameters(2).has("passwordForm")).as("no hash").isFalse();
    assertThat(run()).as(stderr.toString()).isZero();
    assertThat(parameters(0)).isEmpty();
    assertThat(run("--password-form", "other")).isEqualTo(1);
    assertThat(stderr.toString()).contains("--password-form", "NFKD", "PHPBB", "WORDPRESS");
  }

  private JsonNode parameters(int user) throws IOException {
    JsonNode credential = users().get(user).get("credentials").get(0);
    return JSON.readTree(credential.get("credentialData").asText()).get("additionalParameters");
  }

  @Test
  void accountsAtProvidersComeAlong() throws IOException {
    write(
        """
        {"username":"ann","email":"ann@b","password_hash":"","identities":[{"provider":"google-oauth2","id":"117","username":"ann@b"}]}
        {"username":"bob","email":null,"password_hash":"%s","identities":"github:99"}
        """
            .formatted(BCRYPT));
    assertThat(run("--provider", "google-oauth2=google", "--realm-from", SHIPPED))
        .as(stderr.toString())
        .isZero();
    assertThat(users().get(0).get("federatedIdentities"))
        .isEqualTo(
            JSON.readTree(
                "[{\"identityProvider\":\"google\",\"userId\":\"117\",\"userName\":\"ann@b\"}]"));
    assertThat(users().get(0).get("credentials")).isEmpty();
    assertThat(users().get(1).get("federatedIdentities").get(0).get("userId").asText())
        .isEqualTo("99");
    assertThat(stdout.toString())
        .contains("accounts at identity providers: github 1, google 1")
        .contains("users who log in at a provider and have no password: 1")
        .contains(
            "ATTENTION: users who cannot log in, because their provider is disabled in the realm:"
                + " google 1");

    Path enabled = folder.resolve("enabled.json");
    Files.writeString(
        enabled, Files.readString(Path.of(SHIPPED)).replace("${GOOGLE_ENABLED:false}", "true"));
    assertThat(run("--provider", "google-oauth2=google", "--realm-from", enabled.toString()))
        .isZero();
    assertThat(stdout.toString()).doesNotContain("ATTENTION");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "identities | facebook:1 | identity provider 'facebook' is not in the realm: make it there first, or map it (--provider)",
        "identities | google | identities: not like google:1234",
        "identities | google: | identities: not 1 to 255 printable characters without outer blanks",
        "identities | google:1 google:2 | identities: two accounts at 'google'",
        "roles | editor | role 'editor' is not in the realm: make it there first, or map it (--role)",
        "backup_code_hashes | abc | backup_code_hashes: not 64 hexadecimal digits (a SHA-256)",
        "backup_code_hashes | HASH HASH | backup_code_hashes: a code is there twice",
        "backup_code_hashes | [HASH | backup_code_hashes: begins with [ and is no JSON array",
        "backup_code_hashes | [1] | backup_code_hashes: not an array of texts",
        "api_key_hashes | HASH | api_key_hashes: scope 'tasks:fly' is not in the realm: make it there first"
      })
  void refusesWhatTheRealmLacks(String column, String value, String reason) throws IOException {
    write(
        "username,email,password_hash," + column,
        "ann,,%s,%s".formatted(BCRYPT, value.replace("HASH", HASH)));
    assertThat(run("--realm-from", SHIPPED, "--api-key-scopes", "tasks:fly")).isEqualTo(2);
    assertThat(stderr.toString().trim()).isEqualTo("line 2: " + reason);
  }

  @Test
  void anAccountAtAProviderBelongsToOneUser() throws IOException {
    write(
        "username,email,password_hash,identities",
        "ann,,,google:1",
        "bob,,,github:1",
        "eve,,,google:1");
    assertThat(run()).isEqualTo(2);
    assertThat(stderr.toString().trim())
        .isEqualTo("line 4: the account at 'google' is on line 2 already");
  }

  /** Keycloak looks for an address first, so the user with the name could not log in. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "ann,bob@b | BOB@b,bob2@b | line 3: username 'bob@b' is the e-mail address on line 2",
        "Bob@b,bob2@b | ann,bob@B | line 3: email 'bob@b' is the username on line 2"
      })
  void noUserNameIsTheAddressOfAnotherUser(String one, String other, String reason)
      throws IOException {
    write("username,email,password_hash", one + "," + BCRYPT, other + "," + BCRYPT);
    for (List<String> realm : List.of(List.<String>of(), List.of("--realm-from", SHIPPED))) {
      assertThat(run(realm.toArray(String[]::new))).isEqualTo(2);
      assertThat(stderr.toString().trim())
          .isEqualTo(reason + " already: Keycloak would log in whose address it is");
    }
    assertThat(run("--allow-duplicate-emails")).as(stderr.toString()).isZero();
    Path byNameAlone = folder.resolve("realm.json");
    Files.writeString(
        byNameAlone,
        "{\"roles\":{\"realm\":[]},\"clientScopes\":[],\"loginWithEmailAllowed\":false}");
    assertThat(run("--realm-from", byNameAlone.toString())).as(stderr.toString()).isZero();
  }

  /** One user to MariaDB and MySQL, whose import would stop. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "jose, | Jos\u00e9, | username 'jos\u00e9'",
        "jos\u00e9, | jose, | username 'jose'",
        "jos\u00e9, | jos\u00ea, | username 'jos\u00ea'",
        "jose\u0301, | jos\u00e9, | username 'jos\u00e9'",
        "\u0430\u043b\u0435\u043d\u0430, | \u0430\u043b\u0451\u043d\u0430,"
            + " | username '\u0430\u043b\u0451\u043d\u0430'",
        "r\u00f3\u017ca-\u0142, | roza-\u0142, | username 'roza-\u0142'",
        "ann,mu\u0308ller@b | bob,muller@b | email 'muller@b'",
      })
  void namesThatDifferInAccentsAloneAreReported(String one, String other, String what)
      throws IOException {
    write(
        "username,email,password_hash",
        "eve,eve@b," + BCRYPT,
        one + "," + BCRYPT,
        other + "," + BCRYPT);
    String reason =
        what + " differs from that on line 3 only in accents: to MariaDB and MySQL they are one";
    assertThat(run()).isZero();
    assertThat(stderr.toString().trim()).isEqualTo("line 4: ATTENTION: " + reason);
    assertThat(stdout.toString()).contains("take for others (--database): 1", "3 converted");
    assertThat(run("--database", "mariadb")).isEqualTo(2);
    assertThat(stderr.toString().trim()).isEqualTo("line 4: " + reason);
    assertThat(stdout.toString()).doesNotContain("ATTENTION").contains("2 converted");
    assertThat(run("--database", "postgresql")).isZero();
    assertThat(stderr.toString() + stdout).doesNotContain("ATTENTION");
  }

  /** To MariaDB and MySQL that is the other's address, which Keycloak looks for first. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "ann,jose@b | jos\u00e9@b,bob@b | username 'jos\u00e9@b' differs from the e-mail address",
        "jos\u00e9@b,bob@b | ann,jose@b | email 'jose@b' differs from the username"
      })
  void noUserNameIsTheAddressOfAnotherUserButForAccents(String one, String other, String what)
      throws IOException {
    write("username,email,password_hash", one + "," + BCRYPT, other + "," + BCRYPT);
    String reason =
        what
            + " on line 2 only in accents: on MariaDB and MySQL, Keycloak would log in whose"
            + " address it is";
    assertThat(run()).isZero();
    assertThat(stderr.toString().trim()).isEqualTo("line 3: ATTENTION: " + reason);
    assertThat(run("--database", "mariadb")).isEqualTo(2);
    assertThat(stderr.toString().trim()).isEqualTo("line 3: " + reason);
    assertThat(run("--database", "postgresql")).isZero();
    assertThat(stderr.toString() + stdout).doesNotContain("ATTENTION");
  }

  @Test
  void theOwnAddressMayDifferFromTheUserNameInAccents() throws IOException {
    write("username,email,password_hash", "jos\u00e9@b,jose@b," + BCRYPT);
    assertThat(run("--database", "mariadb")).as(stderr.toString()).isZero();
    assertThat(stderr.toString() + stdout).doesNotContain("ATTENTION");
  }

  /** Collations do not agree on these letters, so a row with one is not rejected. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "lukasz, | \u0142ukasz, | username '\u0142ukasz'",
        "s\u00f8ren, | soren, | username 'soren'",
        "s\u00f8ren, | s\u00f6ren, | username 's\u00f6ren'",
        "gauss, | gau\u00df, | username 'gau\u00df'",
        "gau\u00df, | gauss, | username 'gauss'",
        "gaus, | gau\u00df, | username 'gau\u00df'",
        "gau\u00df, | gaus, | username 'gaus'",
        "isik, | \u0131\u015f\u0131k, | username '\u0131\u015f\u0131k'",
        "\u03bd\u03af\u03ba\u03bf\u03c2, | \u03bd\u03b9\u03ba\u03bf\u03c3,"
            + " | username '\u03bd\u03b9\u03ba\u03bf\u03c3'",
        "\u0491\u0430\u043b\u044f, | \u0433\u0430\u043b\u044f, | username '\u0433\u0430\u043b\u044f'",
        "\uff41nn, | ann, | username 'ann'",
        "\u304c, | \u304b, | username '\u304b'",
        "ann,\u00e6rlig@b | bob,aerlig@b | email 'aerlig@b'",
        // Tones of Thai, anusvara and nukta of Hindi, vowels of Arabic and Hebrew, a joiner.
        "\u0e1b\u0e48\u0e32, | \u0e1b\u0e49\u0e32, | username '\u0e1b\u0e49\u0e32'",
        "\u0938\u093f\u0902\u0939, | \u0938\u093f\u0939, | username '\u0938\u093f\u0939'",
        "\u0915\u092e, | \u0958\u092e, | username '\u0958\u092e'",
        "\u0645\u064f\u062d\u0645\u062f, | \u0645\u062d\u0645\u0651\u062f,"
            + " | username '\u0645\u062d\u0645\u0651\u062f'",
        "\u05d3\u05d5\u05d3, | \u05d3\u05b8\u05d5\u05d3, | username '\u05d3\u05b8\u05d5\u05d3'",
        "\u0639\u0644\u06cc\u0631\u0636\u0627, | \u0639\u0644\u06cc\u200c\u0631\u0636\u0627,"
            + " | username '\u0639\u0644\u06cc\u200c\u0631\u0636\u0627'",
      })
  void namesThatSomeCollationsTakeForOneAreReported(String one, String other, String what)
      throws IOException {
    write("username,email,password_hash", one + "," + BCRYPT, other + "," + BCRYPT);
    assertThat(run("--database", "postgresql")).isZero();
    assertThat(stderr.toString() + stdout).doesNotContain("ATTENTION");
    String reason =
        what
            + " differs from that on line 2 only in marks or in letters such as \u0142 and \u00df:"
            + " to some collations of MariaDB and MySQL they are one";
    for (String database : List.of("unknown", "mariadb")) {
      assertThat(run("--database", database)).isZero();
      assertThat(stderr.toString().trim()).isEqualTo("line 3: ATTENTION: " + reason);
      assertThat(stdout.toString()).contains("take for others (--database): 1", "2 converted");
    }
  }

  /** Collations do not agree, as above. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "ann,weiss@b | wei\u00df@b,bob@b | username 'wei\u00df@b' differs from the e-mail address",
        "wei\u00df@b,bob@b | ann,weis@b | email 'weis@b' differs from the username"
      })
  void aUserNameThatMayBeTheAddressOfAnotherUserIsReported(String one, String other, String what)
      throws IOException {
    write("username,email,password_hash", one + "," + BCRYPT, other + "," + BCRYPT);
    for (String database : List.of("unknown", "mariadb")) {
      assertThat(run("--database", database)).isZero();
      assertThat(stderr.toString().trim())
          .isEqualTo(
              "line 3: ATTENTION: "
                  + what
                  + " on line 2 only in marks or in letters such as \u0142 and \u00df: with some"
                  + " collations of MariaDB and MySQL, Keycloak would log in whose address it is");
    }
    assertThat(run("--allow-duplicate-emails")).isZero();
    assertThat(stderr.toString()).isEmpty();
  }

  /** The two comparisons of names with addresses would say the same again. */
  @ParameterizedTest
  @CsvSource({"jos\u00e9@b,jose@b", "wei\u00df@b,weiss@b"})
  void usersWhoseNameIsTheirAddressAreReportedOnceForEachColumn(String one, String other)
      throws IOException {
    write(
        "username,email,password_hash",
        one + "," + one + "," + BCRYPT,
        other + "," + other + "," + BCRYPT);
    assertThat(run()).isZero();
    assertThat(stderr.toString().lines())
        .satisfiesExactly(
            line -> assertThat(line).contains("ATTENTION: username '" + other, " that on line 2"),
            line -> assertThat(line).contains("ATTENTION: email '" + other, " that on line 2"));
    assertThat(stdout.toString()).contains("take for others (--database): 2");
  }

  /** Signs of other scripts that Unicode calls marks are letters to a collation. */
  @ParameterizedTest
  @CsvSource({
    "\u0930\u093e\u092e,\u0930\u092e",
    "\u0e17\u0e35\u0e48,\u0e17\u0e34\u0e48",
    "\u0e19\u0e49\u0e33,\u0e19\u0e49\u0e32",
    "\u0623\u062d\u0645\u062f,\u0627\u062d\u0645\u062f",
    "\u0430\u043d\u0434\u0440\u0435\u0439,\u0430\u043d\u0434\u0440\u0435\u0438"
  })
  void namesThatDifferInLettersAreNotReported(String one, String other) throws IOException {
    write("username,email,password_hash", one + ",," + BCRYPT, other + ",," + BCRYPT);
    assertThat(run("--database", "mariadb")).as(stderr.toString()).isZero();
    assertThat(stderr.toString() + stdout).doesNotContain("ATTENTION");
  }

  @Test
  void aRowThatIsRejectedCollidesWithNone() throws IOException {
    write(
        "username,email,password_hash",
        "jos\u00e9,no address," + BCRYPT,
        "jose,," + BCRYPT,
        "jos\u00ea,," + BCRYPT,
        "jose,," + BCRYPT);
    assertThat(run("--database", "mariadb")).isEqualTo(2);
    assertThat(stderr.toString().lines())
        .containsExactly(
            "line 2: email is no e-mail address",
            "line 4: username 'jos\u00ea' differs from that on line 3 only in accents: to MariaDB"
                + " and MySQL they are one",
            "line 5: username 'jose' is on line 3 already");
  }

  @Test
  void aUserNameMayBeTheOwnAddress() throws IOException {
    write(
        "username,email,password_hash",
        "ann@b,ann@b," + BCRYPT,
        "bob@b,bob@b," + BCRYPT,
        "eve@b,," + BCRYPT);
    assertThat(run("--realm-from", SHIPPED)).as(stderr.toString()).isZero();
  }

  @Test
  void rolesAreMappedAndCounted() throws IOException {
    write(
        """
        {"username":"ann","email":"","password_hash":"%s","roles":["root","user"]}
        {"username":"bob","email":"","password_hash":"%s","roles":"user"}
        """
            .formatted(BCRYPT, BCRYPT));
    assertThat(run("--role", "root=admin", "--role", "user=", "--realm-from", SHIPPED))
        .as(stderr.toString())
        .isZero();
    assertThat(users().get(0).get("realmRoles"))
        .isEqualTo(JSON.readTree("[\"default-roles-app\",\"admin\"]"));
    assertThat(users().get(1).get("realmRoles")).hasSize(1);
    assertThat(stdout.toString()).contains("roles: admin 1");
  }

  @Test
  void backupCodesComeAlongWithTheTotp() throws IOException {
    write(
        "username,email,password_hash,totp_secret,backup_code_hashes",
        "ann,,%s,JBSWY3DPEHPK3PXP,%s %s".formatted(BCRYPT, HASH, "A".repeat(64)),
        "bob,,%s,,%s".formatted(BCRYPT, HASH));
    assertThat(run()).as(stderr.toString()).isZero();
    JsonNode codes = users().get(0).get("credentials").get(2);
    assertThat(codes.get("type").asText()).isEqualTo("recovery-authn-codes");
    assertThat(JSON.readTree(codes.get("credentialData").asText()))
        .isEqualTo(
            JSON.readTree("{\"algorithm\":\"SHA-256\",\"totalCodes\":2,\"remainingCodes\":2}"));
    assertThat(JSON.readTree(codes.get("secretData").asText()).get("codes").get(1))
        .isEqualTo(
            JSON.readTree(
                "{\"number\":2,\"encodedHashedValue\":\"{SHA-256}%s\"}".formatted("a".repeat(64))));
    assertThat(users().get(1).get("credentials")).as("no factor that was none").hasSize(1);
    assertThat(stdout.toString())
        .contains("recovery codes: 2 of 1 users")
        .contains("users whose recovery codes are left out, because they have no TOTP: 1");
  }

  @Test
  void oldIdsAreListedWithTheUserNames() throws IOException {
    write(
        """
        {"id":17,"username":"Ann QUOTEAQUOTE","email":"","password_hash":"%s"}
        {"id":"0b9c1c1e-7c1e-4d1e-9c1e-0123456789ab","username":"bob","email":"","password_hash":"%s"}
        {"id":"1,2","username":"eve","email":"","password_hash":"%s"}
        """
            .formatted(BCRYPT, BCRYPT, BCRYPT)
            .replace("QUOTE", "\\\""));
    assertThat(run()).isEqualTo(2);
    assertThat(stderr.toString()).startsWith("line 3: id: not 1 to 255 letters");
    assertThat(folder.resolve("out").resolve("app-ids.csv"))
        .hasContent("17,\"ann \"\"a\"\"\"\n0b9c1c1e-7c1e-4d1e-9c1e-0123456789ab,\"bob\"\n");
    write("username,email,password_hash", "ann,," + BCRYPT);
    assertThat(run()).isZero();
    assertThat(folder.resolve("out").resolve("app-ids.csv")).doesNotExist();
  }

  /** As Python's {@code json.dumps} leaves it in a column of text. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "[] | 0",
        "[\"HASH\"] | 1",
        " [\"HASH\", \"OTHER\"] | 2",
        "HASH OTHER | 2",
      })
  void listsMayBeAnArrayInsideAText(String codes, int count) throws IOException {
    String text = codes.replace("HASH", HASH).replace("OTHER", "a".repeat(64));
    String totp = "JBSWY3DPEHPK3PXP";
    write(
        JSON.createObjectNode()
            .put("username", "ann")
            .put("email", "")
            .put("password_hash", BCRYPT)
            .put("totp_secret", totp)
            .put("backup_code_hashes", text)
            .toString());
    assertThat(run()).as(stderr.toString()).isZero();
    JsonNode fromJson = users();
    write(
        "username,email,password_hash,totp_secret,backup_code_hashes",
        "ann,,%s,%s,\"%s\"".formatted(BCRYPT, totp, text.replace("\"", "\"\"")));
    assertThat(run()).as(stderr.toString()).isZero();
    assertThat(users()).isEqualTo(fromJson);
    assertThat(stdout.toString())
        .contains(count == 0 ? "with TOTP: 1" : "recovery codes: " + count + " of 1 users");
  }

  @Test
  void keysKeepTheirCountsAndMayShareAName() throws IOException {
    write(
        """
        {"username":"ann","email":"","password_hash":"%s","api_key_hashes":[{"hash":"%s","name":"ci","request_count":12,"last_used_at":"2026-01-31T00:00:00Z","created_at":"2025-01-31T00:00:00Z","scopes":["tasks:read"]},{"hash":"%s","name":"ci","active":false,"expires_at":"2020-01-01T00:00:00Z"}]}
        """
            .formatted(BCRYPT, HASH, "a".repeat(64)));
    assertThat(run("--realm-from", SHIPPED)).as(stderr.toString()).isZero();
    JsonNode credential = users().get(0).get("credentials").get(1);
    JsonNode key = JSON.readTree(credential.get("credentialData").asText());
    assertThat(credential.get("createdDate").asLong()).isEqualTo(1738281600000L);
    assertThat(key.get("requestCount").asInt()).isEqualTo(12);
    assertThat(key.get("lastUsedAt").asLong()).isEqualTo(1769817600000L);
    assertThat(users().get(0).get("credentials").get(2).get("userLabel").asText()).isEqualTo("ci");
    assertThat(stdout.toString())
        .contains("API keys that are inactive: 1")
        .contains("API keys that have expired: 1")
        .contains("ATTENTION: API keys without scopes, which open nothing (--api-key-scopes): 1")
        .contains("API keys with a request count: 1");
  }

  @ParameterizedTest
  @CsvSource({"-1", "1.5", "1e30"})
  void aRequestCountIsANumberFromZeroOn(String count) throws IOException {
    write(
        "{\"username\":\"ann\",\"email\":\"\",\"password_hash\":\"%s\",\"api_key_hashes\":[{\"hash\":\"%s\",\"request_count\":%s}]}\n"
            .formatted(BCRYPT, HASH, count));
    assertThat(run()).isEqualTo(2);
    assertThat(stderr.toString().trim())
        .isEqualTo(
            "line 1: api_key_hashes: an element whose 'request_count' is no number from 0 on");
  }

  /** Names and addresses of the shipped realm stop nobody but who has an angle bracket. */
  @Test
  void saysWhomTheRealmStops() throws IOException {
    write(
        "username,email,password_hash,name",
        "ann,,%s,Ann".formatted(BCRYPT),
        "bob,j\u00f6rg@b,%s,Jo (Josephine) & Co".formatted(BCRYPT),
        "eve,eve@b,%s,Eve <eve@b>".formatted(BCRYPT),
        "env,${home}@b,%s,Env ${HOME}".formatted(BCRYPT),
        "cash,cash@b,%s,A$AP {Cash}".formatted(BCRYPT),
        "old,a..b@ex_mple.org,%s,Old One".formatted(BCRYPT),
        "dis,,%s,".formatted(BCRYPT));
    assertThat(run("--realm-from", SHIPPED)).as(stderr.toString()).isZero();
    assertThat(stdout.toString())
        .contains("without an e-mail address: 2")
        .contains("with a non-ASCII e-mail address (the mail server must take SMTPUTF8): 1")
        .contains("ATTENTION: the realm stops users at the first login: 3")
        .contains("    invalid e-mail address: 2", "    rejected character in the last name: 2");

    Path plain = folder.resolve("plain.json");
    Files.writeString(
        plain,
        "{\"roles\":{\"realm\":[]},\"clientScopes\":[],\"smtpServer\":{\"host\":\"localhost\"}}");
    assertThat(run("--realm-from", plain.toString())).as(stderr.toString()).isZero();
    assertThat(stdout.toString())
        .as("a realm with Keycloak's own profile")
        .contains("stops users at the first login: 7")
        .contains("    no e-mail address: 2", "    no first name: 1", "    no last name: 2")
        .contains("    invalid e-mail address: 1", "    non-ASCII e-mail address: 1")
        .contains("    rejected character in the last name: 4");

    Files.writeString(plain, "{\"roles\":{\"realm\":[]},\"clientScopes\":[],\"verifyEmail\":true}");
    assertThat(run("--realm-from", plain.toString(), "--no-email-verified")).isZero();
    assertThat(stdout.toString())
        .contains("    unconfirmed e-mail address, and the realm has no mail server: 5");
  }

  @Test
  void countsDisabledUsersAndSaysThatNothingWasCompared() throws IOException {
    write("username,email,password_hash,enabled", "ann,,%s,f".formatted(BCRYPT));
    assertThat(run()).isZero();
    assertThat(stdout.toString())
        .contains("disabled: 1")
        .contains("not compared with a realm (--realm-from)");
    assertThat(run("--realm-from", folder.resolve("none").toString())).isEqualTo(1);
    assertThat(run("--realm-from", in.toString())).isEqualTo(1);
    assertThat(run("--realm-from", "http://127.0.0.1:1/admin/realms/app")).isEqualTo(1);
  }

  private int run(String... more) {
    List<String> arguments =
        new ArrayList<>(List.of("--in", in.toString(), "--out", folder.resolve("out").toString()));
    arguments.addAll(List.of(more));
    stdout.getBuffer().setLength(0);
    stderr.getBuffer().setLength(0);
    return MigrateCommand.run(
        new PrintWriter(stdout, true),
        new PrintWriter(stderr, true),
        arguments.toArray(String[]::new));
  }

  private void write(String... lines) throws IOException {
    Files.writeString(in, String.join("\n", lines) + "\n");
  }

  private JsonNode users() throws IOException {
    return JSON.readTree(folder.resolve("out").resolve("app-users-0.json").toFile()).get("users");
  }
}
