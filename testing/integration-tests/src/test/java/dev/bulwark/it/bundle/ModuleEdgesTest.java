package dev.bulwark.it.bundle;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.library.dependencies.SliceAssignment;
import com.tngtech.archunit.library.dependencies.SliceIdentifier;
import dev.bulwark.server.installation.Installation;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Set;
import java.util.jar.JarFile;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The edges between modules that the architecture allows, checked on the jar that ships. */
class ModuleEdgesTest {

  private static final List<String> FEATURES =
      List.of(
          "password",
          "legacy",
          "revocation",
          "apikey",
          "breached",
          "ratelimit",
          "notify",
          "events",
          "globalrevocation",
          "backchannel",
          "statuslist",
          "keyspage",
          "realm");

  /** What features may depend on, the lower first: one may depend on those before it. */
  private static final List<String> LIBRARIES =
      List.of(
          "contract",
          "options",
          "sql",
          "factory",
          "status",
          "http",
          "trace",
          "credential",
          "redis",
          "limit",
          "removal",
          "delivery");

  /** A factory that may leave its place, where Keycloak lacks something or an option says so. */
  private static final String STEPS_BACK =
      "org.keycloak.provider.EnvironmentDependentProviderFactory";

  private static final JavaClasses CLASSES = bundle();

  private static JavaClasses bundle() {
    try (JarFile jar = new JarFile(Installation.bundle().toFile())) {
      return new ClassFileImporter().importJar(jar);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @ParameterizedTest
  @MethodSource("features")
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
        .check(CLASSES);
  }

  @ParameterizedTest
  @MethodSource("libraries")
  void aLibraryKnowsNoFeatureAndNoLibraryAboveIt(String library) {
    String[] above =
        Stream.concat(FEATURES.stream(), LIBRARIES.stream().skip(LIBRARIES.indexOf(library) + 1L))
            .map(name -> "dev.bulwark." + name + "..")
            .toArray(String[]::new);
    noClasses()
        .that()
        .resideInAPackage("dev.bulwark." + library + "..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(above)
        .check(CLASSES);
  }

  /**
   * B7: Keycloak 26.4 takes the factory of an id that has the highest order, and none if that one
   * is not supported. So one that takes the place of Keycloak's own does what that does.
   */
  @Test
  void noFactoryThatExtendsOneOfKeycloaksStepsBack() {
    List<JavaClass> extending =
        CLASSES.stream()
            .filter(
                type ->
                    type.getAllRawSuperclasses().stream().anyMatch(ModuleEdgesTest::isKeycloaks))
            .toList();
    assertThat(extending)
        .extracting(JavaClass::getSimpleName)
        .contains("DurableLogoutProtocolFactory");
    assertThat(extending).filteredOn(type -> hasInterface(type, STEPS_BACK)).isEmpty();
    assertThat(CLASSES)
        .as("the name of the interface")
        .anyMatch(type -> hasInterface(type, STEPS_BACK));
  }

  private static boolean isKeycloaks(JavaClass type) {
    return type.getPackageName().startsWith("org.keycloak.");
  }

  private static boolean hasInterface(JavaClass type, String name) {
    return type.getAllRawInterfaces().stream().anyMatch(each -> each.getName().equals(name));
  }

  private static Stream<String> features() {
    return FEATURES.stream();
  }

  private static Stream<String> libraries() {
    return LIBRARIES.stream();
  }

  private static Stream<String> modules() {
    return Stream.concat(features(), libraries());
  }

  /** A module that nobody named would have no edge that is checked. */
  @Test
  void everyModuleOfTheBundleIsNamed() {
    assertThat(
            CLASSES.stream()
                .map(JavaClass::getPackageName)
                .filter(name -> name.startsWith("dev.bulwark."))
                .map(name -> name.split("\\.")[2])
                .filter(name -> !Set.of("bundle", "shaded").contains(name))
                .distinct())
        .containsExactlyInAnyOrderElementsOf(modules().toList());
  }

  @ParameterizedTest
  @MethodSource("modules")
  void thePackagesOfAModuleHaveNoCycle(String module) {
    slices()
        .assignedFrom(packagesOf("dev.bulwark." + module))
        .should()
        .beFreeOfCycles()
        .check(CLASSES);
  }

  private static SliceAssignment packagesOf(String root) {
    return new SliceAssignment() {
      @Override
      public SliceIdentifier getIdentifierOf(JavaClass type) {
        String name = type.getPackageName();
        return name.equals(root) || name.startsWith(root + ".")
            ? SliceIdentifier.of(name)
            : SliceIdentifier.ignore();
      }

      @Override
      public String getDescription() {
        return "the packages of " + root;
      }
    };
  }

  /** They are in commands too, and a test of theirs needs no server. Keycloak's types stay out. */
  @Test
  void contractsAndOutboundHttpKnowNoKeycloak() {
    noClasses()
        .that()
        .resideInAnyPackage("dev.bulwark.contract..", "dev.bulwark.http..")
        .should()
        .dependOnClassesThat()
        .resideInAPackage("org.keycloak..")
        .check(CLASSES);
  }

  /** One facade, that of Keycloak itself. Jedis brings its own. */
  @Test
  void everythingLogsWithJBossLogging() {
    noClasses()
        .that()
        .resideInAPackage("dev.bulwark..")
        .and()
        .resideOutsideOfPackage("dev.bulwark.shaded..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("org.slf4j..", "java.util.logging..")
        .check(CLASSES);
  }

  /** But commands, and the event log, whose lines are for it. */
  @Test
  void nothingPrintsToStandardOutput() {
    noClasses()
        .that()
        .resideInAPackage("dev.bulwark..")
        .and()
        .resideOutsideOfPackages("dev.bulwark.shaded..", "dev.bulwark..migrate..")
        .and()
        .haveSimpleNameNotEndingWith("Command")
        .and()
        .doNotHaveFullyQualifiedName("dev.bulwark.events.log.LineOutput")
        .should()
        .accessField(System.class, "out")
        .orShould()
        .accessField(System.class, "err")
        .check(CLASSES);
  }
}
