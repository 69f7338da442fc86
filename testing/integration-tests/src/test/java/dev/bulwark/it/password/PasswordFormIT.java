package dev.bulwark.it.password;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.bulwark.it.support.AdminApi;
import dev.bulwark.it.support.Json;
import dev.bulwark.it.support.Realm;
import dev.bulwark.it.support.SharedRealm;
import dev.bulwark.it.support.TestStack;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * P4: users of Flask-Security, phpBB and WordPress log in with what they type, although the
 * application hashed another text. Hashes by passlib 1.7.4 and bcrypt 4.2.
 */
@SharedRealm
class PasswordFormIT {

  @TempDir Path folder;

  private final AdminApi admin = TestStack.get().admin();
  private final Realm realm = TestStack.get().realm();
  private final Users users = new Users(admin);

  @ParameterizedTest
  @CsvSource(
      quoteCharacter = '`',
      delimiter = '|',
      ignoreLeadingAndTrailingWhitespace = false,
      value = {
        "NFKD|correct-h\u00f6ld \u2163-b\u00e4ttery|$pbkdf2-sha512$1000$MKY0BqC0VmoNAaB0LiUEgA$m/W4ziDmvpuhI9WNDea/N5iVSZsKUdgL68nlRenYN1CPguZWQMlNBfb00ZyyHIjddHnCRn8a33EJVrPxTvrlSA",
        "NFKD|correct-h\u00f6ld \u2163-b\u00e4ttery|$2b$04$ZJgsfjZP7Wlh4P62tRYEGOom.L0vTuff/qdGEKlQCWPoKX4CpJK.e",
        "PHPBB|p&ss\"w\u00f6rd <old> it's|$H$5KL1o.NrmKEP6SRpHqMMNE8x.vbF6N0",
        "WORDPRESS| it's an \"old\" battery |$P$5reo9FY0ny7XVXBU2aJGvL1hepV5ZX1",
        "WORDPRESS| it's an \"old\" battery |$wp$2y$04$aW0Dzqln7uiLvNA8PySvM.eJVLhEgYuuns5YQGKiQmAYb2Oau4zX6"
      })
  void whatAUserTypesIsThePassword(String form, String password, String hash) throws IOException {
    String name = "form-" + Integer.toHexString(hash.hashCode());
    importWith(form, name, hash);
    assertThat(users.credentialData(name).at("/additionalParameters/passwordForm/0").asText())
        .isEqualTo(form);
    realm.login(name, password + "x", "openid").expect(400);
    realm.login(name, password, "openid").expect(200);
    await()
        .atMost(Duration.ofSeconds(10))
        .untilAsserted(() -> assertThat(users.algorithm(name)).isEqualTo("argon2"));
    assertThat(users.credentialData(name).findValue("passwordForm"))
        .as("the new hash is of what was typed")
        .isNull();
    realm.login(name, password, "openid").expect(200);

    String without = name + "-without";
    importWith("AS_TYPED", without, hash);
    realm.login(without, password, "openid").expect(400);
  }

  private void importWith(String form, String name, String hash) throws IOException {
    Path in = folder.resolve(name + ".jsonl");
    Path out = folder.resolve(name);
    Files.writeString(in, Json.object("username", name, "email", "", "password_hash", hash) + "\n");
    Commands.migrate("--in", in.toString(), "--out", out.toString(), "--password-form", form)
        .expect(0);
    ObjectNode body = (ObjectNode) Json.parse(Files.readString(out.resolve("app-users-0.json")));
    admin
        .post("/realms/app/partialImport", body.put("ifResourceExists", "FAIL").toString())
        .expect(200);
  }
}
