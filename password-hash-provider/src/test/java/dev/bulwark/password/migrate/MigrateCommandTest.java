package dev.bulwark.password.migrate;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.bulwark.password.foreign.ForeignVectors;
import dev.bulwark.password.migrate.convert.SeenSet;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** P5: the converter, row by row and as a command. */
class MigrateCommandTest {

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String BCRYPT =
      "$2b$04$hB94hEx5m.HMTHncqKUZ8ufGbViykjox/RPQVkPzSOsPshg8K5T6m";
  private static final String ARGON2 =
      "$argon2id$v=19$m=65536,t=3,p=4$c2FsdHNhbHRzYWx0c2FsdA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
  private static final String KEY = "0123456789abcdef".repeat(4);
  private static final String HEADER = "username,email,password_hash\n";
  private static final String FULL =
      "username,email,password_hash,first_name,last_name,enabled,email_verified,totp_secret,api_key_hashes\n";

  @TempDir Path folder;
  private final StringWriter stdout = new StringWriter();
  private final StringWriter stderr = new StringWriter();
  private Path in;
  private Path out;

  @BeforeEach
  void paths() {
    in = folder.resolve("users.csv");
    out = folder.resolve("out");
  }

  @Test
  void convertsAUserWithEverything() throws IOException {
    write(
        FULL
            + "Ann,Ann@Example.org,\"%s\",\"Ann \"\"A\"\"\",\"Müller, Dr.\",t,yes,jbsw y3dp-ehpk3pxp==,%s\n"
                .formatted(ARGON2, KEY));
    assertThat(run()).isZero();
    JsonNode file = file(0);
    assertThat(file.get("realm").asText()).isEqualTo("app");
    JsonNode user = file.get("users").get(0);
    assertThat(user.get("username").asText()).isEqualTo("ann");
    assertThat(user.get("email").asText()).isEqualTo("ann@example.org");
    assertThat(user.get("emailVerified").asBoolean()).isTrue();
    assertThat(user.get("firstName").asText()).isEqualTo("Ann \"A\"");
    assertThat(user.get("lastName").asText()).isEqualTo("Müller, Dr.");
    assertThat(user.get("enabled").asBoolean()).isTrue();
    assertThat(user.get("realmRoles").get(0).asText()).isEqualTo("default-roles-app");
    List<String> types = new ArrayList<>();
    user.get("credentials").forEach(credential -> types.add(credential.get("type").asText()));
    assertThat(types).containsExactly("password", "otp", "api-key");
    JsonNode password = inner(user, 0, "credentialData");
    assertThat(password.get("algorithm").asText()).isEqualTo("argon2");
    assertThat(password.get("additionalParameters").get("memory").get(0).asText())
        .isEqualTo("65536");
    assertThat(inner(user, 0, "secretData").get("salt").asText())
        .isEqualTo("c2FsdHNhbHRzYWx0c2FsdA==");
    assertThat(inner(user, 1, "secretData").get("value").asText()).isEqualTo("JBSWY3DPEHPK3PXP");
    assertThat(inner(user, 1, "credentialData").get("secretEncoding").asText()).isEqualTo("BASE32");
    assertThat(inner(user, 2, "secretData").get("hash").asText()).isEqualTo(KEY);
    assertThat(user.get("credentials").get(2).get("userLabel").asText())
        .isEqualTo("Imported key 1");
    assertThat(user.findValues("value")).as("a plain value would become the password").isEmpty();
    assertThat(stdout.toString())
        .contains("1 rows: 1 converted, 0 refused", "argon2: 1", "with TOTP: 1, API keys: 1");
  }

  @Test
  void convertsEveryVectorOfTheOriginalLibraries() throws IOException {
    StringBuilder csv = new StringBuilder(HEADER);
    List<ForeignVectors.Vector> vectors = ForeignVectors.all();
    for (int i = 0; i < vectors.size(); i++) {
      csv.append("user%d,user%d@example.org,\"%s\"\r\n".formatted(i, i, vectors.get(i).hash()));
    }
    write(csv.toString());
    assertThat(run("--users-per-file", "100", "--allow-fast-hashes"))
        .as(stderr.toString())
        .isZero();
    List<String> converted = new ArrayList<>();
    for (int number = 0; Files.exists(path(number)); number++) {
      for (JsonNode user : file(number).get("users")) {
        converted.add(inner(user, 0, "credentialData").get("algorithm").asText());
      }
    }
    assertThat(converted)
        .isEqualTo(vectors.stream().map(ForeignVectors.Vector::algorithm).toList());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        ",x@y,HASH | username is empty",
        "BLANKann,x@y,HASH | username begins or ends with a blank",
        "LONG,x@y,HASH | username is longer than 255 characters",
        "bob,nobody,HASH | email is no e-mail address",
        "bob,a b@y,HASH | email is no e-mail address",
        "bob,x@y, | password_hash is empty (--allow-no-password converts such users)",
        "bob,x@y,!unusable | password_hash is marked unusable (--allow-no-password converts such users)",
        "bob,x@y,5f4dcc3b5aa765d61d8327deb882cf99 | password_hash: it is a fast hash, from which most passwords can be found (--allow-fast-hashes converts such users)",
        "bob,x@y,secret | password_hash: it is in no known form",
        "bob,x@y,$2b$04$short | password_hash: it is no well-formed bcrypt hash",
        "bob,x@y,$2b$20$hB94hEx5m.HMTHncqKUZ8ufGbViykjox/RPQVkPzSOsPshg8K5T6m | password_hash: its bcrypt cost of 20 is over the limit of 15",
        "bob,x@y,\"$argon2id$v=19$m=4194304,t=1,p=1$c2FsdHNhbHRzYWx0c2FsdA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\" | password_hash: its memory of 4194304 KiB is over the limit of 1048576 KiB",
        "bob,x@y,$argon2id$v=19$m=8,t=1,p=1$c2FsdHNhbHQ$AAAA | 5 fields, the header has 3 (an Argon2 hash has commas: it needs quotes)",
        "bob,x@y,HASH,more | 4 fields, the header has 3",
        "bob,x@y | 2 fields, the header has 3",
        "\"bob,x@y,HASH | not CSV: a quoted field is not closed on its line",
        "\"bob\"by,x@y,HASH | not CSV: something follows a closing quote",
        "bobRETURNby,x@y,HASH | not CSV: a carriage return that does not end the line",
        "bob\u0007,x@y,HASH | username has a control character",
        "ANN,x@y,HASH | username 'ann' is on line 2 already",
        "bob,ANN@example.org,HASH | email 'ann@example.org' is on line 2 already",
      })
  void refusesARowWithItsLineAndConvertsTheOthers(String row, String reason) throws IOException {
    String line =
        row.replace("BLANK", " ")
            .replace("RETURN", "\r")
            .replace("LONG", "x".repeat(256))
            .replace("HASH", BCRYPT);
    write(HEADER + "ann,ann@example.org," + BCRYPT + "\n" + line + "\neve,," + BCRYPT + "\n");
    assertThat(run()).isEqualTo(2);
    assertThat(stderr.toString().trim()).isEqualTo("line 3: " + reason);
    assertThat(stdout.toString()).contains("3 rows: 2 converted, 1 refused");
    assertThat(file(0).get("users")).hasSize(2);
  }

  @ParameterizedTest
  @CsvSource({
    "enabled,maybe,enabled is neither true nor false",
    "totp_secret,JBSWY3DPEHPK3PX1,totp_secret is not Base32",
    "totp_secret,JBSWY3DP,totp_secret is not 16 to 160 Base32 characters long",
    "api_key_hashes,0123,api_key_hashes: not 64 hexadecimal digits (a SHA-256)",
    "first_name,'a\tb',first_name has a control character"
  })
  void refusesOptionalFields(String column, String value, String reason) throws IOException {
    write("username,email,password_hash," + column + "\nann,," + BCRYPT + "," + value + "\n");
    assertThat(run()).isEqualTo(2);
    assertThat(stderr.toString().trim()).isEqualTo("line 2: " + reason);
    assertThat(stdout.toString()).contains("no file written");
  }

  @Test
  void aRefusedRowDoesNotStandInTheWayOfAnother() throws IOException {
    write(
        HEADER
            + "ann,ann@example.org,%s\nbob,ann@example.org,%s\nbob,bob@example.org,%s\n"
                .formatted(BCRYPT, BCRYPT, BCRYPT));
    assertThat(run()).isEqualTo(2);
    assertThat(file(0).get("users")).hasSize(2);
  }

  @Test
  void refusesAnApiKeyThatIsThereTwice() throws IOException {
    write(
        FULL
            + "ann,,%s,,,,,,%s\nbob,,%s,,,,,,%s %s\neve,,%s,,,,,,%s\n"
                .formatted(BCRYPT, KEY, BCRYPT, "a".repeat(64), "A".repeat(64), BCRYPT, KEY));
    assertThat(run()).isEqualTo(2);
    assertThat(stderr.toString().lines())
        .containsExactly(
            "line 3: an API key's hash is on line 3 already",
            "line 4: an API key's hash is on line 2 already");
  }

  @Test
  void neverPrintsAHash() throws IOException {
    write(
        HEADER
            + "ann,,\"%s\nbob,,md5:0123456789\n\"x\"%s,,\n%s,,%s\n"
                .formatted(BCRYPT, BCRYPT, "ok", "$2b$04$hB94"));
    assertThat(run()).isEqualTo(2);
    assertThat(stderr.toString() + stdout).doesNotContain("hB94", "012345");
  }

  @Test
  void refusesALineThatIsNotUtf8OrTooLong() throws IOException {
    Files.write(
        in,
        (HEADER + "j\u00f6rg,," + BCRYPT + "\nann,," + BCRYPT + "\n")
            .getBytes(StandardCharsets.ISO_8859_1));
    Files.writeString(in, "x".repeat(100_000) + "\n", StandardOpenOption.APPEND);
    assertThat(run()).isEqualTo(2);
    assertThat(stderr.toString().lines())
        .containsExactly("line 2: not UTF-8", "line 4: longer than 65536 bytes");
  }

  @Test
  void readsJsonLines() throws IOException {
    write(
        """
        {"username":"ann","email":"ann@example.org","password_hash":"%s","enabled":false}

        {"username":"bob","email":null,"password_hash":"%s","api_key_hashes":[{"hash":"%s","name":"ci","scopes":["tasks:read"],"expires_at":"2027-01-31T00:00:00Z","active":false,"rate_limit":{"requests":100,"seconds":60},"allowed_networks":["192.0.2.0/24"],"metadata":{"team":"billing"}},"%s"]}
        {"username":"eve","email":"","password_hash":"%s","api_key_hashes":"%s"}
        """
            .formatted(
                ARGON2,
                BCRYPT,
                KEY,
                "b".repeat(64),
                BCRYPT,
                "c".repeat(64) + ";" + "d".repeat(64)));
    assertThat(run("--api-key-scopes", "tasks:read,tasks:write")).as(stderr.toString()).isZero();
    JsonNode users = file(0).get("users");
    assertThat(users.get(0).get("enabled").asBoolean()).isFalse();
    assertThat(users.get(1).has("email")).isFalse();
    assertThat(inner(users.get(1), 1, "credentialData"))
        .isEqualTo(
            JSON.readTree(
                "{\"name\":\"ci\",\"prefix\":\"\",\"scopes\":[\"tasks:read\"],\"expiresAt\":1801353600000,\"active\":false,\"rateLimit\":{\"requests\":100,\"seconds\":60},\"allowedNetworks\":[\"192.0.2.0/24\"],\"metadata\":{\"team\":\"billing\"}}"));
    assertThat(inner(users.get(2), 2, "credentialData"))
        .isEqualTo(
            JSON.readTree(
                "{\"name\":\"Imported key 2\",\"prefix\":\"\",\"scopes\":[\"tasks:read\",\"tasks:write\"],\"active\":true}"));
    assertThat(stdout.toString()).contains("1 blank lines", "API keys: 4");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{\"username\":\"bob\"} | field 'email' is missing",
        "{\"username\":\"bob\",\"email\":1,\"password_hash\":\"x\"} | field 'email' is not a text",
        "{\"username\":\"bob\",\"email\":\"\",\"password_hash\":\"x\",\"shoe_size\":1} | unknown field (leave it out, or --ignore-columns)",
        "{\"username\":\"bob\",\"username\":\"eve\",\"email\":\"\",\"password_hash\":\"x\"} | not JSON: fault at column 29",
        "{\"username\":\"bob\" | not JSON: fault at column 18",
        "{} {} | not JSON: fault at column 4",
        "[] | not a JSON object",
        "{\"username\":\"bob\",\"email\":\"\",\"password_hash\":\"x\",\"api_key_hashes\":1} | api_key_hashes: neither a text nor an array",
        "{\"username\":\"bob\",\"email\":\"\",\"password_hash\":\"x\",\"api_key_hashes\":[{}]} | api_key_hashes: an element without a hash",
        "{\"username\":\"bob\",\"email\":\"\",\"password_hash\":\"x\",\"api_key_hashes\":[{\"hash\":\"x\",\"expires_at\":\"soon\"}]} | api_key_hashes: an element whose 'expires_at' is not like 2027-01-31T00:00:00Z",
        "{\"username\":\"bob\",\"email\":\"\",\"password_hash\":\"x\",\"api_key_hashes\":[{\"hash\":\"x\",\"rate_limit\":{\"requests\":0,\"seconds\":60}}]} | api_key_hashes: an element whose 'rate_limit' cannot be used",
        "{\"username\":\"bob\",\"email\":\"\",\"password_hash\":\"x\",\"api_key_hashes\":[{\"hash\":\"x\",\"allowed_networks\":[\"localhost\"]}]} | api_key_hashes: an element whose 'allowed_networks' cannot be used",
        "{\"username\":\"bob\",\"email\":\"\",\"password_hash\":\"x\",\"api_key_hashes\":[{\"hash\":\"x\",\"metadata\":{\"a\":1}}]} | api_key_hashes: an element whose 'metadata' cannot be used",
      })
  void refusesMalformedJson(String line, String reason) throws IOException {
    write(
        "{\"username\":\"ann\",\"email\":\"\",\"password_hash\":\"%s\"}\n%s\n"
            .formatted(BCRYPT, line));
    assertThat(run()).isEqualTo(2);
    assertThat(stderr.toString().trim()).isEqualTo("line 2: " + reason);
  }

  @Test
  void dryRunWritesNothing() throws IOException {
    write(HEADER + "ann,,nonsense\n");
    assertThat(run("--dry-run")).isEqualTo(2);
    assertThat(out).doesNotExist();
    assertThat(stderr.toString()).contains("line 2:");
    assertThat(stdout.toString()).contains("dry run: nothing written");
    assertThat(command("--in", in.toString(), "--dry-run")).isEqualTo(2);
  }

  @Test
  void splitsIntoFilesAndReplacesThoseOfAnEarlierRunOnly() throws IOException {
    StringBuilder csv = new StringBuilder(HEADER);
    for (int i = 0; i < 5; i++) {
      csv.append("user").append(i).append(",,").append(BCRYPT).append('\n');
    }
    write(csv.toString());
    assertThat(run("--users-per-file", "2")).isZero();
    assertThat(file(0).get("users")).hasSize(2);
    assertThat(file(2).get("users")).hasSize(1);
    assertThat(stdout.toString()).contains("3 files", "app-users-0.json to app-users-2.json");
    assertThat(run()).isZero();
    assertThat(file(0).get("users")).hasSize(5);
    assertThat(path(1)).doesNotExist();
    assertThat(path(2)).doesNotExist();

    Files.writeString(path(7), "{}");
    assertThat(run()).isEqualTo(1);
    assertThat(stderr.toString()).contains("app-users-7.json is not of an earlier run");
    assertThat(path(7)).hasContent("{}");
    try (Stream<Path> files = Files.list(out)) {
      assertThat(files).noneMatch(file -> file.toString().endsWith(".unfinished"));
    }
  }

  /** Keycloak takes requests of up to 10 MiB, and imports a file in one transaction. */
  @Test
  void aFileEndsByItsSizeAndByItsUsers() throws IOException {
    StringBuilder rows = new StringBuilder();
    for (int i = 0; i < 5000; i++) {
      rows.append(
          "{\"username\":\"user%d\",\"email\":\"user%d@example.org\",\"password_hash\":\"%s\",\"name\":\"Test User\",\"totp_secret\":\"JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP\",\"backup_code_hashes\":\""
              .formatted(i, i, ARGON2));
      for (int code = 0; code < 10; code++) {
        rows.append("%064x ".formatted(10 * i + code));
      }
      rows.append("\"}\n");
    }
    write(rows.toString());
    assertThat(run("--users-per-file", "5000")).as(stderr.toString()).isZero();
    int users = 0;
    int files = 0;
    for (; Files.exists(path(files)); files++) {
      assertThat(Files.size(path(files))).isLessThan(7L << 20);
      users += file(files).get("users").size();
    }
    assertThat(users).isEqualTo(5000);
    assertThat(Files.size(path(0))).as("no more files than needed").isGreaterThan(6L << 20);
    assertThat(run()).as(stderr.toString()).isZero();
    assertThat(file(0).get("users")).hasSize(1000);
    assertThat(stdout.toString()).contains("5 files");
  }

  @Test
  void aRunLeavesTheFilesOfAnotherRealm() throws IOException {
    write("id," + HEADER + "1,ann,," + BCRYPT + "\n");
    assertThat(run()).isZero();
    assertThat(run("--realm", "other")).as(stderr.toString()).isZero();
    assertThat(run("--realm", "other")).as(stderr.toString()).isZero();
    assertThat(path(0)).exists();
    assertThat(out.resolve("app-ids.csv")).exists();
    assertThat(run()).as("its own may be replaced as before: %s", stderr).isZero();
    assertThat(out.resolve("other-users-0.json")).exists();
  }

  @Test
  void twoRunsAtOnceDoNotWriteIntoOneFolder() throws IOException {
    write(HEADER + "ann,," + BCRYPT + "\n");
    Files.createDirectories(out);
    try (FileChannel other =
        FileChannel.open(
            out.resolve("bulwark-migrate.lock"),
            StandardOpenOption.CREATE,
            StandardOpenOption.WRITE)) {
      assertThat(other.lock().isValid()).isTrue();
      assertThat(run()).isEqualTo(1);
      assertThat(stderr.toString()).contains("another run is writing into " + out);
    }
    assertThat(run()).as(stderr.toString()).isZero();
    Files.writeString(path(7), "{}");
    assertThat(run()).isEqualTo(1);
    Files.delete(path(7));
    assertThat(run()).as("a run that could not begin leaves no lock: %s", stderr).isZero();
  }

  @Test
  void theFilesAreTheirOwnersAlone() throws IOException {
    write(HEADER + "ann,," + BCRYPT + "\n");
    assertThat(run("--realm", "other")).isZero();
    assertThat(
            PosixFilePermissions.toString(
                Files.getPosixFilePermissions(out.resolve("other-users-0.json"))))
        .isEqualTo("rw-------");
  }

  /** Addresses count as the old application treated them, and the report says how many do why. */
  @Test
  void addressesAreVerifiedUnlessTheInputSaysOtherwise() throws IOException {
    write("username,email,password_hash\nann,ann@b,\nbob,bob@b,\neve,,\n");
    assertThat(run("--allow-no-password")).isZero();
    assertThat(verified()).containsExactly(true, true, false);
    assertThat(stdout.toString())
        .contains("e-mail addresses: 0 verified by the input, 2 verified by default")
        .contains("(--no-email-verified), 0 not verified");

    assertThat(run("--allow-no-password", "--no-email-verified")).isZero();
    assertThat(verified()).containsExactly(false, false, false);
    assertThat(stdout.toString())
        .contains("0 verified by the input, 0 verified by default")
        .contains("2 not verified");

    write("username,email,password_hash,email_verified\nann,ann@b,,t\nbob,bob@b,,f\neve,eve@b,,\n");
    assertThat(run("--allow-no-password", "--email-verified")).isZero();
    assertThat(verified())
        .as("a column that says nothing of a user")
        .containsExactly(true, false, false);
    assertThat(stdout.toString()).contains("1 verified by the input, 0 verified by default");

    write(
        """
        {"username":"ann","email":"ann@b","password_hash":""}
        {"username":"bob","email":"bob@b","password_hash":"","email_verified":null}
        {"username":"eve","email":"eve@b","password_hash":"","email_verified":false}
        """);
    assertThat(run("--allow-no-password")).isZero();
    assertThat(verified()).containsExactly(true, false, false);
  }

  private List<Boolean> verified() throws IOException {
    List<Boolean> verified = new ArrayList<>();
    file(0).get("users").forEach(user -> verified.add(user.get("emailVerified").asBoolean()));
    return verified;
  }

  /** The server rejects a hash for which its heap is too small. */
  @Test
  void largeScryptHashesAreCountedWithTheHeapThatTheyNeed() throws IOException {
    String scrypt = "\"$scrypt$ln=%d,r=8,p=1$c2FsdHNhbHQ$" + "A".repeat(43) + "\"";
    write(HEADER + "ann,," + scrypt.formatted(16) + "\nbob,," + BCRYPT + "\n");
    assertThat(run()).as(stderr.toString()).isZero();
    assertThat(stdout.toString()).contains("scrypt: 1").doesNotContain("Java heap");
    write(HEADER + "ann,," + scrypt.formatted(17) + "\nbob,," + scrypt.formatted(18) + "\n");
    assertThat(run()).as(stderr.toString()).isZero();
    assertThat(stdout.toString())
        .contains(
            "scrypt hashes of more than 100 MiB: 2 (the server needs a Java heap of 1021 MiB");
  }

  /** The server rejects such a hash: its salt is hashed again for each block. */
  @ParameterizedTest
  @CsvSource({
    "scrypt$16384$SALT$8$1$HASH",
    "scrypt:16384:8:1$SALT$00112233445566778899aabbccddeeff",
    "$scrypt$ln=14;r=8;p=1$SALT$HASH",
    "$firebase-scrypt$8$14$SALT$Bw==$HASH$HASH",
    "pbkdf2_sha256$1000$SALT$HASH",
    "pbkdf2:sha1:1000$SALT$00112233445566778899aabbccddeeff00112233"
  })
  void aSaltThatTheServerRejectsIsRejectedWithItsLine(String form) throws IOException {
    boolean base64 = form.startsWith("$");
    String hash =
        form.replace(';', ',')
            .replace("SALT", "A".repeat(base64 ? 1368 : 1026))
            .replace("HASH", "A".repeat(43) + "=");
    write(HEADER + "ann,," + BCRYPT + "\nbob,,\"" + hash + "\"\neve,," + BCRYPT + "\n");
    assertThat(run()).isEqualTo(2);
    assertThat(stderr.toString().trim())
        .matches(
            "line 3: password_hash: its salt of 102[67] bytes is over the limit of 1024 bytes");
    assertThat(stdout.toString()).contains("3 rows: 2 converted, 1 refused");
    assertThat(file(0).get("users")).hasSize(2);
  }

  @Test
  void optionsWidenWhatIsAccepted() throws IOException {
    write(
        "\ufeffusername,email,note,password_hash\nann,a@b,x,\nbob,a@b,x,!\neve,,x,"
            + BCRYPT.replace("$04$", "$16$")
            + "\n");
    assertThat(
            run(
                "--allow-no-password",
                "--allow-duplicate-emails",
                "--ignore-columns",
                "note",
                "--max-bcrypt-cost",
                "16"))
        .as(stderr.toString())
        .isZero();
    assertThat(stdout.toString()).contains("no password: 2", "bcrypt: 1");
    assertThat(file(0).get("users").get(0).get("emailVerified").asBoolean()).isTrue();
    assertThat(file(0).get("users").get(0).get("credentials")).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "\n\n",
        "username,email\n",
        "username,email,password_hash,username\n",
        "username,email,password_hash,shoe_size\n",
        "Username,email,password_hash\n",
        "\"username,\n"
      })
  void anUnusableHeaderStopsTheRun(String text) throws IOException {
    write(text);
    assertThat(run()).isEqualTo(1);
    assertThat(stderr.toString()).isNotBlank();
    assertThat(path(0)).doesNotExist();
  }

  @Test
  void saysWhyItCouldNotRun() throws IOException {
    assertThat(run()).isEqualTo(1);
    assertThat(stderr.toString()).contains("no such file");
    write(HEADER);
    assertThat(command("--in", in.toString())).isEqualTo(1);
    assertThat(stderr.toString()).contains("--out is missing");
    assertThat(run("--users-per-file", "0")).isEqualTo(1);
    assertThat(run("--realm", "../x")).isEqualTo(1);
    assertThat(run("--max-memory", "0")).isEqualTo(1);
    assertThat(command("--in", folder.toString(), "--out", out.toString())).isEqualTo(1);
    assertThat(command()).isEqualTo(1);
    assertThat(command("--help")).isZero();
    assertThat(run()).as("a header without rows").isZero();
  }

  @Test
  void remembersManyTexts() {
    SeenSet seen = new SeenSet();
    for (int i = 1; i <= 200_000; i++) {
      assertThat(seen.line("user" + i)).isZero();
      seen.add("user" + i, i);
    }
    for (int i = 1; i <= 200_000; i++) {
      seen.add("user" + i, 7);
      assertThat(seen.line("user" + i)).isEqualTo(i);
    }
  }

  private int run(String... more) {
    List<String> arguments =
        new ArrayList<>(List.of("--in", in.toString(), "--out", out.toString()));
    arguments.addAll(List.of(more));
    return command(arguments.toArray(String[]::new));
  }

  private int command(String... arguments) {
    stdout.getBuffer().setLength(0);
    stderr.getBuffer().setLength(0);
    return MigrateCommand.run(
        new PrintWriter(stdout, true), new PrintWriter(stderr, true), arguments);
  }

  private void write(String text) throws IOException {
    Files.writeString(in, text);
  }

  private Path path(int number) {
    return out.resolve("app-users-" + number + ".json");
  }

  private JsonNode file(int number) throws IOException {
    return JSON.readTree(path(number).toFile());
  }

  /** A credential's JSON text, read. */
  private static JsonNode inner(JsonNode user, int credential, String field) throws IOException {
    return JSON.readTree(user.get("credentials").get(credential).get(field).asText());
  }
}
