package dev.bulwark.it.revocation;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Reads CBOR with definite lengths (RFC 8949) with the tools of Java alone. For one document. */
final class CborReader {

  private final ByteBuffer in;

  private CborReader(byte[] document) {
    this.in = ByteBuffer.wrap(document);
  }

  /**
   * Returns a {@link Long}, a byte array, a text, a list or a map; of a tag, what it stands for.
   */
  static Object read(byte[] document) {
    CborReader reader = new CborReader(document);
    Object item = reader.item();
    if (reader.in.hasRemaining()) {
      throw new AssertionError(reader.in.remaining() + " bytes are left");
    }
    return item;
  }

  private Object item() {
    int first = in.get() & 0xff;
    long value = value(first & 0x1f);
    return switch (first >> 5) {
      case 0 -> value;
      case 1 -> -1 - value;
      case 2 -> bytes(value);
      case 3 -> new String(bytes(value), StandardCharsets.UTF_8);
      case 4 -> list(value);
      case 5 -> map(value);
      case 6 -> item();
      default -> throw new AssertionError("first byte " + first);
    };
  }

  private long value(int info) {
    return switch (info) {
      case 24 -> in.get() & 0xffL;
      case 25 -> in.getShort() & 0xffffL;
      case 26 -> in.getInt() & 0xffff_ffffL;
      case 27 -> in.getLong();
      default -> info;
    };
  }

  private byte[] bytes(long length) {
    byte[] bytes = new byte[Math.toIntExact(length)];
    in.get(bytes);
    return bytes;
  }

  private List<Object> list(long items) {
    List<Object> list = new ArrayList<>();
    for (long i = 0; i < items; i++) {
      list.add(item());
    }
    return list;
  }

  private Map<Object, Object> map(long entries) {
    Map<Object, Object> map = new LinkedHashMap<>();
    for (long i = 0; i < entries; i++) {
      map.put(item(), item());
    }
    return map;
  }
}
