package dev.bulwark.bundle;

import java.io.IOException;
import java.io.InputStream;
import java.util.HashSet;
import java.util.Set;
import org.objectweb.asm.ClassReader;

/**
 * What a class file refers to, as its constant pool has it (JVM specification, 4.4). Immutable.
 *
 * @param types binary names with slashes, without those of arrays
 * @param members methods, constructors and fields
 */
record ClassFile(Set<String> types, Set<Member> members) {

  private static final int CLASS = 7;
  private static final int FIELD = 9;
  private static final int METHOD = 10;
  private static final int INTERFACE_METHOD = 11;

  /**
   * A method, constructor or field.
   *
   * @param owner binary name with slashes
   * @param name {@code <init>} for a constructor
   */
  record Member(String owner, String name, String descriptor) {}

  ClassFile {
    types = Set.copyOf(types);
    members = Set.copyOf(members);
  }

  /**
   * Reads a class.
   *
   * @throws IOException if it cannot be read
   * @throws IllegalArgumentException if it is of a version of Java that the server's ASM does not
   *     know
   */
  static ClassFile read(InputStream in) throws IOException {
    ClassReader reader = new ClassReader(in);
    char[] text = new char[reader.getMaxStringLength()];
    Set<String> types = new HashSet<>();
    Set<Member> members = new HashSet<>();
    for (int i = 1; i < reader.getItemCount(); i++) {
      int item = reader.getItem(i);
      // A long or double takes two places; the second one is empty.
      switch (item == 0 ? 0 : reader.readByte(item - 1)) {
        case CLASS -> types.add(reader.readUTF8(item, text));
        case FIELD, METHOD, INTERFACE_METHOD -> {
          int nameAndType = reader.getItem(reader.readUnsignedShort(item + 2));
          members.add(
              new Member(
                  reader.readClass(item, text),
                  reader.readUTF8(nameAndType, text),
                  reader.readUTF8(nameAndType + 2, text)));
        }
        default -> {
          // Part of another item, or no reference.
        }
      }
    }
    types.removeIf(name -> name.startsWith("["));
    members.removeIf(member -> member.owner().startsWith("["));
    return new ClassFile(types, members);
  }
}
