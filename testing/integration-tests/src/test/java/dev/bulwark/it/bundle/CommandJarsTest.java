package dev.bulwark.it.bundle;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.jar.JarFile;
import java.util.stream.Collectors;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * An executable jar has a part of the project's classes. One that is missing would end the command
 * with an error, at the first row that needs it.
 */
class CommandJarsTest {

  @ParameterizedTest
  @CsvSource({
    "password-hash-provider, bulwark-migrate",
    "apikey-authenticator, bulwark-apikeys",
    "realm-config, bulwark-realm",
    "features/breached-password-policy, bulwark-breached-index",
  })
  void hasEveryClassOfTheProjectThatItsClassesName(String module, String name) throws IOException {
    Path path = Path.of("../..", module, "target", name + ".jar");
    JavaClasses classes;
    try (JarFile jar = new JarFile(path.toFile())) {
      classes =
          new ClassFileImporter()
              .withImportOption(location -> location.contains("dev/bulwark/"))
              .importJar(jar);
    }
    assertThat(classes).isNotEmpty();
    Set<String> contained =
        classes.stream().map(JavaClass::getName).collect(Collectors.toCollection(TreeSet::new));
    Set<String> named =
        classes.stream()
            .flatMap(type -> type.getDirectDependenciesFromSelf().stream())
            .map(dependency -> dependency.getTargetClass().getBaseComponentType().getName())
            .filter(type -> type.startsWith("dev.bulwark."))
            .collect(Collectors.toCollection(TreeSet::new));
    assertThat(named).isNotEmpty().isSubsetOf(contained);
  }
}
