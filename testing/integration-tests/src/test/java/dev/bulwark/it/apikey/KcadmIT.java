package dev.bulwark.it.apikey;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bulwark.it.password.Commands;
import dev.bulwark.it.support.SharedRealm;
import dev.bulwark.it.support.ShellBlock;
import dev.bulwark.it.support.TestStack;
import dev.bulwark.testing.Programs;
import java.nio.file.Path;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** K3: keys by Keycloak's own command line, with the commands of the README. */
@SharedRealm
class KcadmIT {

  private final TestStack stack = TestStack.get();
  private final Keys keys = new Keys(stack.realm());

  @TempDir Path folder;

  @BeforeAll
  static void tools() {
    Programs.require("jq", "jq");
  }

  @Test
  void theRawKeyIsShownOnce() {
    Commands.Result result =
        Commands.kcadm(
            folder,
            stack.url(),
            Map.of("USER_ID", stack.admin().userId("alice")),
            ShellBlock.of("docs/api-keys/kcadm.md", "API keys with kcadm.sh").commands()
                + """
                echo "key $KEY"
                echo "next $NEXT"
                """);
    String output = result.expect(0).output();
    assertThat(keys.isGood(printed(output, "next"))).isTrue();
    assertThat(keys.verify(printed(output, "next")).header("X-Auth-Scopes"))
        .isEqualTo("tasks:read");
    assertThat(keys.isGood(printed(output, "key"))).as("deleted in its overlap").isFalse();
  }

  private static String printed(String output, String name) {
    Matcher line = Pattern.compile("(?m)^" + name + " (atk_\\S+)$").matcher(output);
    assertThat(line.find()).as(output).isTrue();
    return line.group(1);
  }
}
