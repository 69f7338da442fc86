package dev.bulwark.bundle;

import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/**
 * What a class file refers to, as its constant pool has it. The server has no library for it.
 * Immutable.
 *
 * @param types binary names with slashes, without those of arrays
 * @param members methods, constructors and fields
 */
record ClassFile(Set<String> types, Set<Member> members) {

  private static final int UTF8 = 1;
  private static final int INTEGER = 3;
  private static final int FLOAT = 4;
  private static final int LONG = 5;
  private static final int DOUBLE = 6;
  private static final int CLASS = 7;
  private static final int STRING = 8;
  private static final int FIELD = 9;
  private static final int METHOD = 10;
  private static final int INTERFACE_METHOD = 11;
  private static final int NAME_AND_TYPE = 12;
  private static final int METHOD_HANDLE = 15;
  private static final int METHOD_TYPE = 16;
  private static final int DYNAMIC = 17;
  private static final int INVOKE_DYNAMIC = 18;

  /**
   * A method, constructor or field.
   *
   * @param owner binary name with slashes
   * @param name {@code <init>} for a constructor
   */
  record Member(String owner, String name, String descriptor) {}

  /** Two indexes of the constant pool. */
  private record Pair(int first, int second) {}

  ClassFile {
    types = Set.copyOf(types);
    members = Set.copyOf(members);
  }

  /**
   * Reads a class.
   *
   * @throws IOException if it cannot be read or is no class
   */
  static ClassFile read(InputStream in) throws IOException {
    DataInputStream data = new DataInputStream(in);
    data.skipNBytes(8);
    Map<Integer, String> texts = new HashMap<>();
    Map<Integer, Integer> classes = new HashMap<>();
    Map<Integer, Pair> namesAndTypes = new HashMap<>();
    List<Pair> members = new ArrayList<>();
    int count = data.readUnsignedShort();
    for (int i = 1; i < count; i++) {
      int tag = data.readUnsignedByte();
      switch (tag) {
        case UTF8 -> texts.put(i, data.readUTF());
        case CLASS -> classes.put(i, data.readUnsignedShort());
        case NAME_AND_TYPE -> namesAndTypes.put(i, pair(data));
        case FIELD, METHOD, INTERFACE_METHOD -> members.add(pair(data));
        case INTEGER, FLOAT, DYNAMIC, INVOKE_DYNAMIC -> data.skipNBytes(4);
        case LONG, DOUBLE -> {
          data.skipNBytes(8);
          // It takes two places.
          i++;
        }
        case METHOD_HANDLE -> data.skipNBytes(3);
        case STRING, METHOD_TYPE -> data.skipNBytes(2);
        default -> throw new IOException("unknown constant " + tag);
      }
    }
    Set<String> types = new HashSet<>();
    classes.values().forEach(name -> types.add(text(texts, name)));
    types.removeIf(name -> name.startsWith("["));
    Set<Member> found = new HashSet<>();
    for (Pair each : members) {
      Pair nameAndType = Objects.requireNonNull(namesAndTypes.get(each.second()));
      found.add(
          new Member(
              text(texts, Objects.requireNonNull(classes.get(each.first()))),
              text(texts, nameAndType.first()),
              text(texts, nameAndType.second())));
    }
    found.removeIf(member -> member.owner().startsWith("["));
    return new ClassFile(types, found);
  }

  private static Pair pair(DataInputStream data) throws IOException {
    return new Pair(data.readUnsignedShort(), data.readUnsignedShort());
  }

  private static String text(Map<Integer, String> texts, int index) {
    return Objects.requireNonNull(texts.get(index));
  }
}
