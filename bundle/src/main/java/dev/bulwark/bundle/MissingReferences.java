package dev.bulwark.bundle;

import java.io.IOException;
import java.io.InputStream;
import java.lang.invoke.MethodType;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Types, methods and fields of Keycloak that the bundle uses and the running server lacks (B7): the
 * same comparison as the test {@code LinkageIT}, for a version that no test knows.
 */
final class MissingReferences {

  private static final String KEYCLOAK = "org/keycloak/";
  private static final String OWN = "dev/bulwark/";
  private static final String SHADED = "dev/bulwark/shaded/";

  private final ClassLoader server;
  private final SortedSet<String> missing = new TreeSet<>();

  private MissingReferences(ClassLoader server) {
    this.server = server;
  }

  /**
   * Returns what a jar or folder of classes refers to and the server does not have, for messages.
   *
   * @param server loads the classes and those of the server
   * @throws IOException if the classes cannot be read
   */
  static List<String> of(Path classes, ClassLoader server) throws IOException {
    if (Files.isDirectory(classes)) {
      return read(classes, server);
    }
    try (FileSystem jar = FileSystems.newFileSystem(classes)) {
      return read(jar.getPath("/"), server);
    }
  }

  private static List<String> read(Path root, ClassLoader server) throws IOException {
    MissingReferences references = new MissingReferences(server);
    try (Stream<Path> files = Files.walk(root.resolve(OWN))) {
      for (Path file : files.filter(path -> path.toString().endsWith(".class")).toList()) {
        String name = root.relativize(file).toString().replaceFirst("\\.class$", "");
        if (!name.startsWith(SHADED)) {
          references.add(name, file);
        }
      }
    }
    return List.copyOf(references.missing);
  }

  private void add(String name, Path file) throws IOException {
    ClassFile found;
    try (InputStream in = Files.newInputStream(file)) {
      found = ClassFile.read(in);
    }
    for (String type : found.types()) {
      if (type.startsWith(KEYCLOAK) && isGone(type)) {
        missing.add(type.replace('/', '.'));
      }
    }
    for (ClassFile.Member member : found.members()) {
      // A member that is inherited from Keycloak has the class of the bundle as its owner.
      if (isCompared(member.owner()) && !has(member)) {
        missing.add(text(member));
      }
    }
    unimplemented(name);
  }

  private static boolean isCompared(String owner) {
    return owner.startsWith(KEYCLOAK) || (owner.startsWith(OWN) && !owner.startsWith(SHADED));
  }

  /** Adds the methods that Keycloak may call on a class of the bundle, which does not have them. */
  private void unimplemented(String name) {
    Class<?> type = load(name);
    if (type == null || Modifier.isAbstract(type.getModifiers())) {
      return;
    }
    try {
      for (Method method : type.getMethods()) {
        if (Modifier.isAbstract(method.getModifiers())
            && method.getDeclaringClass().getName().startsWith("org.keycloak.")) {
          missing.add(
              "%s without %s".formatted(type.getName(), text(method.getDeclaringClass(), method)));
        }
      }
    } catch (LinkageError e) {
      // The type that is missing is in the list itself.
    }
  }

  private boolean isGone(String type) {
    try {
      Class.forName(type.replace('/', '.'), false, server);
      return false;
    } catch (ClassNotFoundException e) {
      return true;
    } catch (LinkageError e) {
      return false;
    }
  }

  private @Nullable Class<?> load(String type) {
    try {
      return Class.forName(type.replace('/', '.'), false, server);
    } catch (ClassNotFoundException | LinkageError e) {
      return null;
    }
  }

  /** True as well where nothing can be said: a type that is missing is in the list itself. */
  private boolean has(ClassFile.Member member) {
    Class<?> owner = load(member.owner());
    try {
      return owner == null || has(owner, member);
    } catch (LinkageError e) {
      return true;
    }
  }

  private static boolean has(@Nullable Class<?> type, ClassFile.Member member) {
    if (type == null) {
      return false;
    }
    return declares(type, member)
        || has(type.getSuperclass(), member)
        || Arrays.stream(type.getInterfaces()).anyMatch(each -> has(each, member))
        || (type.isInterface() && declares(Object.class, member));
  }

  private static boolean declares(Class<?> type, ClassFile.Member member) {
    if (!member.descriptor().startsWith("(")) {
      return Arrays.stream(type.getDeclaredFields())
          .anyMatch(
              field ->
                  field.getName().equals(member.name())
                      && field.getType().descriptorString().equals(member.descriptor()));
    }
    if (member.name().equals("<init>")) {
      return Arrays.stream(type.getDeclaredConstructors())
          .anyMatch(
              each ->
                  MethodType.methodType(void.class, each.getParameterTypes())
                      .descriptorString()
                      .equals(member.descriptor()));
    }
    return Arrays.stream(type.getDeclaredMethods())
        .anyMatch(
            method ->
                method.getName().equals(member.name())
                    && MethodType.methodType(method.getReturnType(), method.getParameterTypes())
                        .descriptorString()
                        .equals(member.descriptor()));
  }

  /** For example {@code org.keycloak.Type.method(String, int)}. */
  private String text(ClassFile.Member member) {
    String owner = member.owner().replace('/', '.');
    if (!member.descriptor().startsWith("(")) {
      return owner + "." + member.name();
    }
    String name = member.name().equals("<init>") ? "new" : member.name();
    try {
      return "%s.%s(%s)"
          .formatted(
              owner,
              name,
              names(
                  MethodType.fromMethodDescriptorString(member.descriptor(), server)
                      .parameterArray()));
    } catch (TypeNotPresentException | LinkageError e) {
      return owner + "." + name + "(…)";
    }
  }

  private static String text(Class<?> type, Method method) {
    return "%s.%s(%s)"
        .formatted(type.getName(), method.getName(), names(method.getParameterTypes()));
  }

  private static String names(Class<?>[] types) {
    return Arrays.stream(types).map(Class::getSimpleName).collect(Collectors.joining(", "));
  }
}
