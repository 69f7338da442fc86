package dev.bulwark.it.versions;

import dev.bulwark.server.installation.Installation;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Enumeration;
import java.util.HashMap;
import java.util.HashSet;
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
import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Opcodes;

/**
 * What the bundle's classes refer to of Keycloak and this Keycloak does not have: types, methods
 * and fields by their descriptors, as the virtual machine looks for them.
 */
final class Linkage {

  private static final String KEYCLOAK = "org/keycloak/";
  private static final String OWN = "dev/bulwark/";
  private static final String SHADED = "dev/bulwark/shaded/";

  private final Map<String, Members> types = new HashMap<>();
  private final Map<String, byte[]> own = new HashMap<>();

  private Linkage() {}

  /** Reads the jar that ships and the distribution that the tests run on. */
  static Linkage read() throws IOException {
    Linkage linkage = new Linkage();
    try (Stream<Path> jars = Files.list(Installation.keycloak().resolve("lib/lib/main"))) {
      for (Path jar : jars.filter(path -> path.toString().endsWith(".jar")).toList()) {
        linkage.add(jar, KEYCLOAK, false);
      }
    }
    linkage.add(Installation.bundle(), OWN, true);
    return linkage;
  }

  /** Class of the bundle, blank, what it refers to. */
  SortedSet<String> missing() {
    SortedSet<String> missing = new TreeSet<>();
    own.forEach(
        (name, bytes) ->
            new ClassReader(bytes)
                .accept(
                    new References(
                        (type, member) -> {
                          if (isMissing(type, member)) {
                            missing.add(
                                name.substring(OWN.length())
                                    + " "
                                    + type
                                    + (member == null ? "" : "." + member));
                          }
                        }),
                    0));
    return missing;
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
      Class<?> found = Class.forName(type.replace('/', '.'), false, null);
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
          byte[] bytes = in.readAllBytes();
          Members members = Members.of(bytes);
          types.put(members.name(), members);
          if (isBundle) {
            own.put(members.name(), bytes);
          }
        }
      }
    }
  }

  /** A type, and its methods and fields with their descriptors. */
  private record Members(
      String name, @Nullable String parent, Set<String> interfaces, Set<String> names) {

    static Members of(byte[] bytes) {
      Set<String> names = new HashSet<>();
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
          reader.getClassName(), reader.getSuperName(), Set.of(reader.getInterfaces()), names);
    }
  }

  /** Hears of each type (member null), method and field that a class refers to. */
  private interface Listener {
    void refers(String type, @Nullable String member);
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
      return new MethodVisitor(Opcodes.ASM9) {
        @Override
        public void visitTypeInsn(int code, String type) {
          listener.refers(type, null);
        }

        @Override
        public void visitMethodInsn(
            int code, String owner, String name, String descriptor, boolean isInterface) {
          listener.refers(owner, null);
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
          for (Object argument : arguments) {
            if (argument instanceof Handle handle) {
              boolean isField = handle.getTag() <= Opcodes.H_PUTSTATIC;
              listener.refers(handle.getOwner(), null);
              listener.refers(
                  handle.getOwner(), handle.getName() + (isField ? " " : "") + handle.getDesc());
            }
          }
        }
      };
    }
  }
}
