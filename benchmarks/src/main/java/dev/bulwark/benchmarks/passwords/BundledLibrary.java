package dev.bulwark.benchmarks.passwords;

import com.sun.jna.Platform;
import dev.bulwark.benchmarks.Plan;
import dev.bulwark.password.argon2.NativeArgon2Engine;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/**
 * argon2-jvm's own libargon2 as a file. Left to itself JNA takes a libargon2 of the system first,
 * where there is one: then another library would be measured than the one inside the jar.
 */
final class BundledLibrary {

  private BundledLibrary() {}

  /**
   * Unpacks the library for this machine.
   *
   * @throws IOException also when the jar has none for this machine
   */
  static NativeLibraries.Library unpack(Plan plan) throws IOException {
    String name = Platform.RESOURCE_PREFIX + "/" + System.mapLibraryName("argon2");
    Path folder = plan.folder("argon2-jvm");
    try (InputStream in = NativeArgon2Engine.class.getResourceAsStream("/" + name)) {
      if (in == null) {
        throw new IOException("argon2-jvm has no " + name);
      }
      NativeLibraries.Library library = new NativeLibraries.Library("argon2-jvm's own", folder);
      Files.copy(in, library.file(), StandardCopyOption.REPLACE_EXISTING);
      return library;
    }
  }
}
