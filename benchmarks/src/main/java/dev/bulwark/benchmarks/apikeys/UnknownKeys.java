package dev.bulwark.benchmarks.apikeys;

import dev.bulwark.apikey.key.secret.ApiKeyGenerator;
import dev.bulwark.benchmarks.Plan;
import dev.bulwark.benchmarks.apikeys.KeyLoad.Request;
import java.io.IOException;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Keys that nobody has, each from an address of its own, so that the limit lets them through. */
final class UnknownKeys {

  private UnknownKeys() {}

  /** With the right checksum. */
  static List<String> wellFormed(int count) {
    ApiKeyGenerator generator = new ApiKeyGenerator(new SecureRandom());
    List<String> keys = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      keys.add(generator.generate("atk"));
    }
    return keys;
  }

  /** The same with one character changed. */
  static List<String> mistyped(List<String> keys) {
    return keys.stream()
        .map(key -> key.substring(0, 10) + (key.charAt(10) == 'x' ? 'y' : 'x') + key.substring(11))
        .toList();
  }

  static KeyLoad load(Plan plan, KeyServer server, String name, List<String> keys)
      throws IOException {
    List<Request> requests = new ArrayList<>();
    for (int i = 0; i < keys.size(); i++) {
      String address =
          // Each of another /48, by which wrong keys count too.
          "2001:"
              + Integer.toHexString(0xdb8 + (i >> 16))
              + ":"
              + Integer.toHexString(i & 0xffff)
              + "::1";
      requests.add(Request.verify(keys.get(i), Map.of(KeyRealm.ADDRESS_HEADER, address)));
    }
    return new KeyLoad(plan, server, name, requests);
  }
}
