package dev.bulwark.it.production;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bulwark.it.support.Repository;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The code map of {@code docs/architecture.md} has every module, and classes that exist. */
class ArchitectureDocTest {

  private static final Pattern MODULE = Pattern.compile("<module>([^<]+)</module>");
  private static final Pattern CODE = Pattern.compile("`([a-z.]+)`");
  private static final Pattern CLASS = Pattern.compile("`([A-Z]\\w+)`");
  private static final Pattern NAME = Pattern.compile("`([a-z./-]+)`");
  private static final Pattern FOLDER = Pattern.compile("### `([a-z]+/)`");
  private static final List<String> MAP =
      Repository.text("docs/architecture.md")
          .lines()
          .dropWhile(line -> !line.equals("## Code map"))
          .takeWhile(line -> !line.startsWith("For common changes"))
          .toList();
  private static final List<String> ROWS =
      MAP.stream().filter(line -> line.startsWith("| `")).toList();

  /** A heading names the folder of the modules in its table. */
  @Test
  void everyModuleHasARow() {
    List<String> folders = new ArrayList<>();
    String parent = "";
    for (String line : MAP) {
      Matcher heading = FOLDER.matcher(line);
      if (heading.matches()) {
        parent = heading.group(1);
        folders.add(parent.replace("/", ""));
      } else if (line.startsWith("###")) {
        parent = "";
      } else if (line.startsWith("| `")) {
        String folder = parent;
        NAME.matcher(line.split("\\|")[1])
            .results()
            .forEach(name -> folders.add(folder + name.group(1)));
      }
    }
    List<String> modules =
        MODULE
            .matcher(Repository.text("pom.xml"))
            .results()
            .map(match -> match.group(1).replaceFirst("/apps(?:/.*)?", ""))
            .distinct()
            .toList();
    assertThat(folders).hasSizeGreaterThan(15).containsAll(modules);
    assertThat(folders).allMatch(folder -> Files.isDirectory(Repository.root().resolve(folder)));
  }

  @Test
  void everyNamedClassExistsInASourceFolder() throws IOException {
    List<String> named =
        ROWS.stream()
            .flatMap(row -> CLASS.matcher(row).results().map(match -> match.group(1)))
            .toList();
    assertThat(named).hasSizeGreaterThan(25);
    assertThat(Repository.files(".*/src/.*"))
        .extracting(file -> Path.of(file).getFileName().toString().replace(".java", ""))
        .containsAll(named);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "redis-revocation-listener/src/main/java/dev/bulwark/revocation",
        "apikey-authenticator/src/main/java/dev/bulwark/apikey"
      })
  void everyPackageOfTheLargeModulesHasARow(String root) throws IOException {
    Path folder = Repository.root().resolve(root);
    String module = root.substring(0, root.indexOf('/'));
    List<String> named =
        Repository.text("docs/architecture.md")
            .lines()
            .dropWhile(line -> !line.contains("he packages of `" + module + "`"))
            .dropWhile(line -> !line.equals("|---|---|"))
            .skip(1)
            .takeWhile(line -> line.startsWith("| `"))
            .flatMap(
                line -> CODE.matcher(line.split("\\|")[1]).results().map(match -> match.group(1)))
            .toList();
    try (Stream<Path> files = Files.find(folder, 9, (path, of) -> of.isDirectory())) {
      assertThat(named)
          .containsExactlyInAnyOrderElementsOf(
              files
                  .map(path -> folder.relativize(path).toString().replace('/', '.'))
                  .filter(name -> !name.isEmpty())
                  .toList());
    }
  }

  /** A type that features share without a row is one whose other side nobody finds. */
  @Test
  void everyContractHasARow() throws IOException {
    try (Stream<Path> files =
        Files.list(
            Repository.root()
                .resolve("libraries/provider-kit/src/main/java/dev/bulwark/contract"))) {
      List<String> types =
          files
              .map(path -> path.getFileName().toString().replace(".java", ""))
              .filter(name -> !name.equals("package-info"))
              .toList();
      assertThat(
              Repository.text("libraries/provider-kit/README.md")
                  .lines()
                  .dropWhile(line -> !line.equals("## Contracts"))
                  .takeWhile(line -> !line.equals("## Options"))
                  .filter(line -> line.startsWith("| `"))
                  .map(line -> line.split("`")[1]))
          .containsExactlyInAnyOrderElementsOf(types);
    }
  }
}
