package dev.bulwark.it.versions;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bulwark.server.DistributionServer;
import dev.bulwark.server.ServerSpec;
import dev.bulwark.server.installation.Installation;
import java.io.IOException;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.objectweb.asm.ClassWriter;
import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Opcodes;

/**
 * B7: a Keycloak that no test knows. Here the bundle does not know the one that the tests run on,
 * and one class more uses a type that it does not have.
 */
@Tag("full")
class UntestedKeycloakIT {

  private static final String LACKS = "Keycloak %s lacks types or methods that Bulwark ";

  @TempDir private static Path folder;

  @Test
  void theLogWarnsAndNamesWhatIsMissing() throws IOException {
    String log;
    try (DistributionServer server =
        DistributionServer.start(
            ServerSpec.builder()
                .name("untested")
                .shortLived()
                .withoutBundle()
                .provider(changedBundle())
                .build())) {
      log = server.log();
    }
    assertThat(log.lines().filter(line -> line.contains("was not tested on Keycloak")))
        .singleElement()
        .asString()
        .contains("was not tested on Keycloak " + ThisKeycloak.version() + ", only on 1.2.3. ");
    String line =
        log.lines()
            .filter(each -> each.contains(LACKS.formatted(ThisKeycloak.version())))
            .reduce("", String::concat);
    if (ThisKeycloak.isComplete()) {
      assertThat(line).contains(" uses: org.keycloak.Gone. A part ");
    } else {
      assertThat(line).contains(" uses: ", " org.keycloak.models.RevokedTokenProvider");
    }
    assertThat(log).doesNotContain("\tat ");
  }

  private static Path changedBundle() throws IOException {
    Path jar = Files.copy(Installation.bundle(), folder.resolve("bulwark.jar"));
    try (FileSystem files = FileSystems.newFileSystem(jar)) {
      Files.writeString(
          files.getPath("dev/bulwark/bundle/keycloak-versions.json"),
          "{\"partial\": [], \"runtime\": [\"1.2.3\"]}");
      Files.write(files.getPath("dev/bulwark/bundle/Later.class"), classThatNeedsMore());
    }
    return jar;
  }

  private static byte[] classThatNeedsMore() {
    ClassWriter later = new ClassWriter(0);
    later.visit(
        Opcodes.V17,
        Opcodes.ACC_PUBLIC,
        "dev/bulwark/bundle/Later",
        null,
        "java/lang/Object",
        null);
    MethodVisitor run =
        later.visitMethod(Opcodes.ACC_PUBLIC | Opcodes.ACC_STATIC, "run", "()V", null, null);
    run.visitCode();
    run.visitMethodInsn(Opcodes.INVOKESTATIC, "org/keycloak/Gone", "run", "()V", false);
    run.visitInsn(Opcodes.RETURN);
    run.visitMaxs(0, 0);
    run.visitEnd();
    return later.toByteArray();
  }
}
