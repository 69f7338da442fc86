package dev.bulwark.apikey.client;

import jakarta.ws.rs.core.HttpHeaders;
import org.jspecify.annotations.Nullable;
import org.keycloak.models.ClientModel;

/** Which clients may ask whether a key is good. */
public final class VerifyCallers {

  /** Client attribute; {@code true} lets the client verify and introspect raw keys. */
  public static final String ATTRIBUTE = "api-key.verify";

  /**
   * Client attribute with the name of a header in which this caller tells the address of whoever
   * sent the key, for example {@code X-Real-IP}. Without it wrong keys count against the caller's
   * own address, which also decides about the allowed networks of a key.
   */
  public static final String ADDRESS_HEADER = "api-key.verify.address-header";

  private VerifyCallers() {}

  /**
   * The address that a wrong key is counted by, and that the networks of a key are compared with.
   *
   * @param client the authenticated caller, or null for one on the allow-list
   * @param remote the address of the connection, as Keycloak sees it
   */
  public static @Nullable String address(
      @Nullable ClientModel client, HttpHeaders headers, @Nullable String remote) {
    String header = client == null ? null : client.getAttribute(ADDRESS_HEADER);
    String value = header == null || header.isBlank() ? null : headers.getHeaderString(header);
    // The last element is the one that the caller itself has added.
    return value == null || value.isBlank()
        ? remote
        : value.substring(value.lastIndexOf(',') + 1).trim();
  }

  /** Whether an authenticated client may verify keys: confidential, enabled, and marked for it. */
  public static boolean allows(ClientModel client) {
    return client.isEnabled()
        && !client.isPublicClient()
        && Boolean.parseBoolean(client.getAttribute(ATTRIBUTE));
  }
}
