package dev.bulwark.it.bundle;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import dev.bulwark.server.Installation;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.jar.JarFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The edges between modules that the architecture allows, checked on the jar that ships. */
class ModuleEdgesIT {

  private static final List<String> FEATURES =
      List.of("password", "revocation", "apikey", "breached", "ratelimit", "notify", "realm");
  private static final JavaClasses CLASSES = bundle();

  private static JavaClasses bundle() {
    try (JarFile jar = new JarFile(Installation.bundle().toFile())) {
      return new ClassFileImporter().importJar(jar);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"password", "revocation", "apikey", "breached", "ratelimit", "notify", "realm"})
  void noFeatureDependsOnASibling(String feature) {
    String[] siblings =
        FEATURES.stream()
            .filter(other -> !other.equals(feature))
            .map(other -> "dev.bulwark." + other + "..")
            .toArray(String[]::new);
    noClasses()
        .that()
        .resideInAPackage("dev.bulwark." + feature + "..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(siblings)
        .allowEmptyShould(true)
        .check(CLASSES);
  }

  @Test
  void theRedisConnectionKnowsNoFeature() {
    noClasses()
        .that()
        .resideInAPackage("dev.bulwark.redis..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(
            FEATURES.stream().map(name -> "dev.bulwark." + name + "..").toArray(String[]::new))
        .allowEmptyShould(true)
        .check(CLASSES);
    assertThat(CLASSES).isNotEmpty();
  }

  @Test
  void nothingPrintsToStandardOutput() {
    noClasses()
        .that()
        .resideInAPackage("dev.bulwark..")
        .and()
        .resideOutsideOfPackages("dev.bulwark.shaded..", "dev.bulwark..migrate..")
        .and()
        .haveSimpleNameNotEndingWith("Command")
        .should()
        .accessField(System.class, "out")
        .orShould()
        .accessField(System.class, "err")
        .check(CLASSES);
  }
}
