package dev.bulwark.statuslist;

import com.fasterxml.jackson.dataformat.cbor.CBORFactory;
import com.fasterxml.jackson.dataformat.cbor.CBORGenerator;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;

/** Documents in CBOR (RFC 8949), in its shortest form. Thread-safe. */
final class Cbor {

  private static final CBORFactory FACTORY = new CBORFactory();

  private Cbor() {}

  /** Returns the document. */
  static byte[] document(Items items) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (CBORGenerator generator = FACTORY.createGenerator(out)) {
      items.writeTo(generator);
    } catch (IOException e) {
      throw new UncheckedIOException("Memory cannot be written", e);
    }
    return out.toByteArray();
  }

  /** Writes arrays and maps with their length, so that they have no byte for their end. */
  @FunctionalInterface
  interface Items {
    void writeTo(CBORGenerator generator) throws IOException;
  }
}
