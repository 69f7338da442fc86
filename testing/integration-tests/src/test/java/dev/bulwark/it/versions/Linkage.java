package dev.bulwark.it.versions;

import dev.bulwark.server.installation.Installation;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.Enumeration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.objectweb.asm.ClassReader;
import org.objectweb.asm.ClassVisitor;
import org.objectweb.asm.FieldVisitor;
import org.objectweb.asm.Handle;
import org.objectweb.asm.Label;
import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Opcodes;
import org.objectweb.asm.Type;

/**
 * What the bundle's classes refer to of Keycloak and this Keycloak does not have: types, methods
 * and fields by their descriptors, as the virtual machine looks for them. And what this Keycloak
 * may call on a class of the bundle that has no such method.
 */
final class Linkage {

  private static final String KEYCLOAK = "org/keycloak/";
  private static final String OWN = "dev/bulwark/";
  private static final String SHADED = "dev/bulwark/shaded/";
  private static final String LAMBDA = "java/lang/invoke/LambdaMetafactory";

  private final Map<String, Members> types = new HashMap<>();
  private final Map<String, byte[]> own = new HashMap<>();

  private Linkage() {}

  /** Reads the jar that ships and the distribution that the tests run on. */
  static Linkage read() throws IOException {
    return read(Installation.keycloak().resolve("lib/lib/main"));
  }

  /** Reads the jar that ships and the jars of a Keycloak in a folder. */
  static Linkage read(Path keycloak) throws IOException {
    Linkage linkage = new Linkage();
    try (Stream<Path> jars = Files.list(keycloak)) {
      for (Path jar : jars.filter(path -> path.toString().endsWith(".jar")).toList()) {
        linkage.add(jar, KEYCLOAK, false);
      }
    }
    linkage.add(Installation.bundle(), OWN, true);
    return linkage;
  }

  /** Takes classes as they are. */
  static Linkage of(Collection<byte[]> keycloak, Collection<byte[]> bundle) {
    Linkage linkage = new Linkage();
    keycloak.forEach(bytes -> linkage.add(bytes, false));
    bundle.forEach(bytes -> linkage.add(bytes, true));
    return linkage;
  }

  /** Class of the bundle, blank, what it refers to; or {@code lacks} and what it has to have. */
  SortedSet<String> missing() {
    SortedSet<String> missing = new TreeSet<>();
    own.forEach(
        (name, bytes) -> {
          String prefix = name.substring(OWN.length()) + " ";
          new ClassReader(bytes)
              .accept(
                  new References(
                      new Listener() {
                        @Override
                        public void refers(String type, @Nullable String member) {
                          if (isMissing(type, member)) {
                            missing.add(prefix + type + (member == null ? "" : "." + member));
                          }
                        }

                        @Override
                        public void implementsBy(String type, String method) {
                          lacking(type, Set.of(method), prefix, missing);
                        }
                      }),
                  0);
          if (!members(name).isAbstract()) {
            lacking(name, Set.of(), prefix, missing);
          }
        });
    return missing;
  }

  /**
   * Returns the classes of the bundle that refer to a field.
   *
   * @param field for example {@code org/keycloak/Type.NAME}
   */
  SortedSet<String> usersOf(String field) {
    SortedSet<String> users = new TreeSet<>();
    own.forEach(
        (name, bytes) ->
            new ClassReader(bytes)
                .accept(
                    new References(
                        new Listener() {
                          @Override
                          public void refers(String type, @Nullable String member) {
                            if (member != null && (type + "." + member).startsWith(field + " ")) {
                              users.add(name);
                            }
                          }

                          @Override
                          public void implementsBy(String type, String method) {}
                        }),
                    0));
    return users;
  }

  /**
   * Adds the methods that a type inherits from Keycloak without a body.
   *
   * @param made those that a lambda expression implements
   */
  private void lacking(String type, Set<String> made, String prefix, Set<String> missing) {
    Set<String> inherited = new LinkedHashSet<>();
    // Nobody knows what a type has that neither Keycloak nor the bundle brings.
    if (!collect(type, inherited)) {
      return;
    }
    for (String each : inherited) {
      for (String method : members(each).withoutBody()) {
        if (each.startsWith(KEYCLOAK)
            && !made.contains(method)
            && inherited.stream().noneMatch(other -> hasBody(other, method))) {
          missing.add(prefix + "lacks " + each + "." + method);
        }
      }
    }
  }

  private boolean hasBody(String type, String method) {
    String parent = members(type).parent();
    return members(type).hasBody(method) || (parent != null && isOfJava(parent, method));
  }

  /** Collects a type and all it inherits from; returns whether all classes among them are known. */
  private boolean collect(@Nullable String type, Set<String> found) {
    if (type == null || type.startsWith("java/")) {
      return true;
    }
    Members members = types.get(type);
    if (members == null) {
      return false;
    }
    if (!found.add(type)) {
      return true;
    }
    // An unknown interface has no body for a method of Keycloak.
    members.interfaces().forEach(each -> collect(each, found));
    return collect(members.parent(), found);
  }

  private Members members(String type) {
    return Objects.requireNonNull(types.get(type));
  }

  /** A member of a type that is missing itself is not told again. */
  private boolean isMissing(String type, @Nullable String member) {
    if (type.startsWith(SHADED) || (!type.startsWith(KEYCLOAK) && !type.startsWith(OWN))) {
      return false;
    }
    if (!types.containsKey(type)) {
      return member == null;
    }
    return member != null && !has(type, member);
  }

  private boolean has(@Nullable String type, String member) {
    if (type == null) {
      return false;
    }
    Members members = types.get(type);
    if (members == null) {
      return isOfJava(type, member);
    }
    return members.names().contains(member)
        || has(members.parent(), member)
        || members.interfaces().stream().anyMatch(each -> has(each, member));
  }

  /** Whether a type of Java's own that Keycloak or the bundle extends has a method of the name. */
  private static boolean isOfJava(String type, String member) {
    if (!type.startsWith("java/")) {
      return false;
    }
    String name = member.replaceFirst("[ (].*", "");
    try {
      Class<?> found =
          Class.forName(type.replace('/', '.'), false, ClassLoader.getPlatformClassLoader());
      return Stream.<Class<?>>iterate(found, Objects::nonNull, Class::getSuperclass)
          .flatMap(each -> Stream.concat(Stream.of(each), Stream.of(each.getInterfaces())))
          .flatMap(each -> Stream.of(each.getDeclaredMethods()))
          .anyMatch(method -> method.getName().equals(name));
    } catch (ClassNotFoundException e) {
      throw new IllegalStateException(e);
    }
  }

  private void add(Path file, String prefix, boolean isBundle) throws IOException {
    try (JarFile jar = new JarFile(file.toFile())) {
      for (Enumeration<JarEntry> all = jar.entries(); all.hasMoreElements(); ) {
        JarEntry entry = all.nextElement();
        String name = entry.getName();
        if (!name.startsWith(prefix) || !name.endsWith(".class") || name.startsWith(SHADED)) {
          continue;
        }
        try (InputStream in = jar.getInputStream(entry)) {
          add(in.readAllBytes(), isBundle);
        }
      }
    }
  }

  private void add(byte[] bytes, boolean isBundle) {
    Members members = Members.of(bytes);
    types.put(members.name(), members);
    if (isBundle) {
      own.put(members.name(), bytes);
    }
  }

  /**
   * A type, and its methods and fields with their descriptors.
   *
   * @param withoutBody those of the methods that are abstract
   */
  private record Members(
      String name,
      @Nullable String parent,
      Set<String> interfaces,
      boolean isAbstract,
      Set<String> names,
      Set<String> withoutBody) {

    boolean hasBody(String method) {
      return names.contains(method) && !withoutBody.contains(method);
    }

    static Members of(byte[] bytes) {
      Set<String> names = new HashSet<>();
      Set<String> withoutBody = new HashSet<>();
      ClassReader reader = new ClassReader(bytes);
      reader.accept(
          new ClassVisitor(Opcodes.ASM9) {
            @Override
            public @Nullable MethodVisitor visitMethod(
                int access,
                String name,
                String descriptor,
                @Nullable String signature,
                String @Nullable [] exceptions) {
              names.add(name + descriptor);
              if ((access & Opcodes.ACC_ABSTRACT) != 0) {
                withoutBody.add(name + descriptor);
              }
              return null;
            }

            @Override
            public @Nullable FieldVisitor visitField(
                int access,
                String name,
                String descriptor,
                @Nullable String signature,
                @Nullable Object value) {
              names.add(name + " " + descriptor);
              return null;
            }
          },
          ClassReader.SKIP_CODE);
      return new Members(
          reader.getClassName(),
          reader.getSuperName(),
          Set.of(reader.getInterfaces()),
          (reader.getAccess() & Opcodes.ACC_ABSTRACT) != 0,
          names,
          withoutBody);
    }
  }

  /** Hears of what a class refers to. */
  private interface Listener {

    /** A type (member null), or a method or field of it. */
    void refers(String type, @Nullable String member);

    /** A lambda expression, or a reference to a method, is an interface's only method. */
    void implementsBy(String type, String method);
  }

  private static final class References extends ClassVisitor {
    private final Listener listener;

    References(Listener listener) {
      super(Opcodes.ASM9);
      this.listener = listener;
    }

    @Override
    public void visit(
        int version,
        int access,
        String name,
        @Nullable String signature,
        @Nullable String parent,
        String @Nullable [] interfaces) {
      if (parent != null) {
        listener.refers(parent, null);
      }
      if (interfaces != null) {
        Stream.of(interfaces).forEach(each -> listener.refers(each, null));
      }
    }

    @Override
    public MethodVisitor visitMethod(
        int access,
        String method,
        String methodDescriptor,
        @Nullable String signature,
        String @Nullable [] exceptions) {
      return new Code(listener);
    }
  }

  private static final class Code extends MethodVisitor {
    private final Listener listener;

    Code(Listener listener) {
      super(Opcodes.ASM9);
      this.listener = listener;
    }

    @Override
    public void visitTypeInsn(int code, String type) {
      refers(Type.getObjectType(type));
    }

    @Override
    public void visitMultiANewArrayInsn(String descriptor, int dimensions) {
      refers(Type.getType(descriptor));
    }

    @Override
    public void visitTryCatchBlock(Label start, Label end, Label handler, @Nullable String caught) {
      if (caught != null) {
        listener.refers(caught, null);
      }
    }

    @Override
    public void visitLdcInsn(Object value) {
      constant(value);
    }

    @Override
    public void visitMethodInsn(
        int code, String owner, String name, String descriptor, boolean isInterface) {
      refers(Type.getObjectType(owner));
      listener.refers(owner, name + descriptor);
    }

    @Override
    public void visitFieldInsn(int code, String owner, String name, String descriptor) {
      listener.refers(owner, null);
      listener.refers(owner, name + " " + descriptor);
    }

    @Override
    public void visitInvokeDynamicInsn(
        String name, String descriptor, Handle bootstrap, Object... arguments) {
      refers(Type.getMethodType(descriptor));
      Stream.of(arguments).forEach(this::constant);
      if (bootstrap.getOwner().equals(LAMBDA) && arguments[0] instanceof Type erased) {
        listener.implementsBy(
            Type.getReturnType(descriptor).getInternalName(), name + erased.getDescriptor());
      }
    }

    private void constant(Object value) {
      if (value instanceof Type type) {
        refers(type);
      } else if (value instanceof Handle handle) {
        boolean isField = handle.getTag() <= Opcodes.H_PUTSTATIC;
        listener.refers(handle.getOwner(), null);
        listener.refers(
            handle.getOwner(), handle.getName() + (isField ? " " : "") + handle.getDesc());
      }
    }

    /** The elements of an array; each type of a method. */
    private void refers(Type type) {
      switch (type.getSort()) {
        case Type.METHOD -> {
          Stream.of(type.getArgumentTypes()).forEach(this::refers);
          refers(type.getReturnType());
        }
        case Type.ARRAY -> refers(type.getElementType());
        case Type.OBJECT -> listener.refers(type.getInternalName(), null);
        default -> {
          // A primitive type.
        }
      }
    }
  }
}
