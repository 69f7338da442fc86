package dev.bulwark.apikey.key.limit;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import dev.bulwark.limit.address.Network;
import java.util.LinkedHashSet;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The networks from which a key may be used: 1 to {@value #MAX_NETWORKS}. Immutable. */
public final class AllowedNetworks {

  public static final int MAX_NETWORKS = 50;

  private final List<String> texts;
  private final List<Network> networks;

  private AllowedNetworks(List<String> texts) {
    this.texts = texts;
    this.networks = texts.stream().map(Network::parse).toList();
  }

  /**
   * Reads networks in CIDR notation, or single addresses, of IPv4 and IPv6.
   *
   * @throws IllegalArgumentException telling what is wrong
   */
  @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
  public static AllowedNetworks of(List<String> texts) {
    if (texts.isEmpty() || texts.size() > MAX_NETWORKS) {
      throw new IllegalArgumentException(
          "1 to " + MAX_NETWORKS + " networks are needed, or null for any network");
    }
    return new AllowedNetworks(List.copyOf(new LinkedHashSet<>(texts)));
  }

  /** The networks as they were given, each once. */
  @JsonValue
  public List<String> texts() {
    return texts;
  }

  /** Whether an address in numeric form is in one of the networks; false for any other text. */
  public boolean contains(@Nullable String address) {
    return networks.stream().anyMatch(network -> network.contains(address));
  }

  /** Whether a change takes a network away, as far as their texts tell. */
  public static boolean narrows(@Nullable AllowedNetworks was, @Nullable AllowedNetworks is) {
    return is != null && (was == null || !is.texts.containsAll(was.texts));
  }

  /** Whether a change adds a network, as far as their texts tell. */
  public static boolean widens(@Nullable AllowedNetworks was, @Nullable AllowedNetworks is) {
    return narrows(is, was);
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof AllowedNetworks that && texts.equals(that.texts);
  }

  @Override
  public int hashCode() {
    return texts.hashCode();
  }

  @Override
  public String toString() {
    return texts.toString();
  }
}
