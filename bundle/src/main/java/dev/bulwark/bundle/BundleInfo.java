package dev.bulwark.bundle;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Properties;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/**
 * What the build knows of the jar. Immutable.
 *
 * @param version version of the bundle
 * @param testedOn versions of Keycloak on which its tests run: those of {@code
 *     config/keycloak-versions.json}, the earlier first
 */
record BundleInfo(String version, List<String> testedOn) {

  private static final BundleInfo BUILT = read();

  BundleInfo {
    testedOn = List.copyOf(testedOn);
  }

  static BundleInfo get() {
    return BUILT;
  }

  /**
   * Whether the tests run on this Keycloak.
   *
   * @param keycloak for example {@code 26.7.3}; one of a distributor, for example {@code
   *     26.7.3.redhat-00001}, is another version
   */
  boolean isTestedOn(String keycloak) {
    return testedOn.contains(keycloak);
  }

  private static BundleInfo read() {
    Properties properties = new Properties();
    try (InputStream version = resource("bundle.properties");
        InputStream versions = resource("keycloak-versions.json")) {
      properties.load(version);
      JsonNode keycloak = new ObjectMapper().readTree(versions);
      return new BundleInfo(
          properties.getProperty("version"),
          Stream.of("partial", "runtime")
              .flatMap(list -> StreamSupport.stream(keycloak.get(list).spliterator(), false))
              .map(JsonNode::asText)
              .toList());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static InputStream resource(String name) throws FileNotFoundException {
    InputStream found = BundleInfo.class.getResourceAsStream(name);
    if (found == null) {
      throw new FileNotFoundException("the bundle's jar has no " + name);
    }
    return found;
  }
}
