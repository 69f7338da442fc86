package dev.bulwark.it.versions;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.objectweb.asm.ClassWriter;
import org.objectweb.asm.Handle;
import org.objectweb.asm.Label;
import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Opcodes;
import org.objectweb.asm.Type;

/**
 * B7: {@link Linkage} sees whatever a virtual machine would stumble upon. The classes are made
 * here: no compiler makes a class that lacks what it needs.
 */
class LinkageTest {

  private static final String HANDLER = "org/keycloak/Handler";
  private static final String GONE = "org/keycloak/Gone";

  @Test
  void aClassConstantIsAReference() {
    assertThat(missingOf(code -> code.visitLdcInsn(Type.getObjectType(GONE))))
        .containsExactly("Part " + GONE);
  }

  @Test
  void theTypeOfACaughtExceptionIsAReference() {
    Consumer<MethodVisitor> catching =
        code -> {
          Label start = new Label();
          Label end = new Label();
          code.visitTryCatchBlock(start, end, end, GONE);
          code.visitLabel(start);
          code.visitInsn(Opcodes.NOP);
          code.visitLabel(end);
        };
    assertThat(missingOf(catching)).containsExactly("Part " + GONE);
  }

  @Test
  void theElementsOfAnArrayAreAReference() {
    assertThat(missingOf(code -> code.visitTypeInsn(Opcodes.CHECKCAST, "[[L" + GONE + ";")))
        .containsExactly("Part " + GONE);
    assertThat(missingOf(code -> code.visitMultiANewArrayInsn("[[L" + GONE + ";", 2)))
        .containsExactly("Part " + GONE);
    assertThat(missingOf(code -> code.visitLdcInsn(Type.getType("[L" + GONE + ";"))))
        .containsExactly("Part " + GONE);
  }

  /** An older interface asked for more: a call of Keycloak would end in AbstractMethodError. */
  @Test
  void aMethodOfAnInterfaceThatTheClassDoesNotHaveIsMissing() {
    assertThat(Linkage.of(List.of(handler("handle", "flush")), List.of(part("handle"))).missing())
        .containsExactly("Part lacks " + HANDLER + ".flush()V");
    assertThat(
            Linkage.of(List.of(handler("handle", "flush")), List.of(part("handle", "flush")))
                .missing())
        .isEmpty();
  }

  @Test
  void aDefaultMethodIsThere() {
    ClassWriter better = type(Opcodes.ACC_INTERFACE | Opcodes.ACC_ABSTRACT, "org/keycloak/Better");
    method(better, Opcodes.ACC_PUBLIC, "flush", code -> {});
    ClassWriter part = type(Opcodes.ACC_PUBLIC, "dev/bulwark/Part", HANDLER, "org/keycloak/Better");
    assertThat(
            Linkage.of(List.of(handler("flush"), better.toByteArray()), List.of(part.toByteArray()))
                .missing())
        .isEmpty();
  }

  @Test
  void anAbstractClassNeedNotHaveIt() {
    ClassWriter part = type(Opcodes.ACC_ABSTRACT, "dev/bulwark/Part", HANDLER);
    assertThat(Linkage.of(List.of(handler("handle")), List.of(part.toByteArray())).missing())
        .isEmpty();
  }

  @Test
  void aLambdaIsOneMethodOfItsInterface() {
    Consumer<MethodVisitor> lambda =
        code ->
            code.visitInvokeDynamicInsn(
                "handle",
                "()L" + HANDLER + ";",
                new Handle(
                    Opcodes.H_INVOKESTATIC,
                    "java/lang/invoke/LambdaMetafactory",
                    "metafactory",
                    "()V",
                    false),
                Type.getMethodType("()V"),
                new Handle(Opcodes.H_INVOKESTATIC, "dev/bulwark/Part", "run", "()V", false),
                Type.getMethodType("()V"));
    assertThat(Linkage.of(List.of(handler("handle")), List.of(running(lambda))).missing())
        .isEmpty();
    assertThat(Linkage.of(List.of(handler("handle", "flush")), List.of(running(lambda))).missing())
        .containsExactly("Part lacks " + HANDLER + ".flush()V");
  }

  private static Iterable<String> missingOf(Consumer<MethodVisitor> code) {
    return Linkage.of(List.of(handler()), List.of(running(code))).missing();
  }

  /** A class of the bundle with code. */
  private static byte[] running(Consumer<MethodVisitor> code) {
    ClassWriter part = type(Opcodes.ACC_PUBLIC, "dev/bulwark/Part");
    method(part, Opcodes.ACC_PUBLIC | Opcodes.ACC_STATIC, "run", code);
    return part.toByteArray();
  }

  /** A class of the bundle that is a handler and has some methods. */
  private static byte[] part(String... methods) {
    ClassWriter part = type(Opcodes.ACC_PUBLIC, "dev/bulwark/Part", HANDLER);
    for (String method : methods) {
      method(part, Opcodes.ACC_PUBLIC, method, code -> {});
    }
    return part.toByteArray();
  }

  /** Keycloak's interface with some methods. */
  private static byte[] handler(String... methods) {
    ClassWriter handler = type(Opcodes.ACC_INTERFACE | Opcodes.ACC_ABSTRACT, HANDLER);
    for (String method : methods) {
      method(handler, Opcodes.ACC_PUBLIC | Opcodes.ACC_ABSTRACT, method, null);
    }
    return handler.toByteArray();
  }

  private static ClassWriter type(int access, String name, String... interfaces) {
    ClassWriter type = new ClassWriter(0);
    type.visit(Opcodes.V17, access, name, null, "java/lang/Object", interfaces);
    return type;
  }

  private static void method(
      ClassWriter type, int access, String name, @Nullable Consumer<MethodVisitor> code) {
    MethodVisitor method = type.visitMethod(access, name, "()V", null, null);
    if (code != null) {
      method.visitCode();
      code.accept(method);
      method.visitInsn(Opcodes.RETURN);
      method.visitMaxs(4, 4);
    }
    method.visitEnd();
  }
}
