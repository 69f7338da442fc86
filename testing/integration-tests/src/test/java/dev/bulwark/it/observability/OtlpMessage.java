package dev.bulwark.it.observability;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

/** A message of protocol buffers: the fields in their order. */
record OtlpMessage(List<Field> fields) {

  /**
   * A field.
   *
   * @param number of the field in its message
   * @param value of a number with a variable or fixed length; 0 for bytes
   * @param bytes of a text, a message or bytes; empty for a number
   */
  record Field(int number, long value, byte[] bytes) {

    OtlpMessage message() {
      return parse(bytes);
    }

    String text() {
      return new String(bytes, StandardCharsets.UTF_8);
    }

    String hex() {
      return HexFormat.of().formatHex(bytes);
    }

    double number64() {
      return Double.longBitsToDouble(value);
    }
  }

  static OtlpMessage parse(byte[] bytes) {
    ByteBuffer in = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    List<Field> fields = new ArrayList<>();
    while (in.hasRemaining()) {
      long key = varint(in);
      int number = (int) (key >>> 3);
      fields.add(
          switch ((int) (key & 7)) {
            case 0 -> new Field(number, varint(in), new byte[0]);
            case 1 -> new Field(number, in.getLong(), new byte[0]);
            case 2 -> new Field(number, 0, bytes(in, (int) varint(in)));
            case 5 -> new Field(number, in.getInt(), new byte[0]);
            default -> throw new IllegalArgumentException("wire type " + (key & 7));
          });
    }
    return new OtlpMessage(fields);
  }

  /** The fields with that number. */
  List<Field> all(int number) {
    return fields.stream().filter(field -> field.number() == number).toList();
  }

  /** The text of the first field with that number; empty if there is none. */
  String text(int number) {
    return all(number).stream().findFirst().map(Field::text).orElse("");
  }

  private static long varint(ByteBuffer in) {
    long value = 0;
    for (int shift = 0; ; shift += 7) {
      byte next = in.get();
      value |= (long) (next & 0x7f) << shift;
      if (next >= 0) {
        return value;
      }
    }
  }

  private static byte[] bytes(ByteBuffer in, int length) {
    byte[] bytes = new byte[length];
    in.get(bytes);
    return bytes;
  }
}
