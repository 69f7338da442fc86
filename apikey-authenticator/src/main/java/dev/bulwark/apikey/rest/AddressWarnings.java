package dev.bulwark.apikey.rest;

import dev.bulwark.apikey.client.VerifyCallers;
import jakarta.ws.rs.core.HttpHeaders;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;
import org.keycloak.models.ClientModel;
import org.keycloak.models.RealmModel;

/**
 * Warns, once for a client, of a gateway that does not send the address of the key's sender: wrong
 * keys of a stranger then count against the gateway's own address and keep others' good keys out.
 * Thread-safe.
 */
final class AddressWarnings {

  private static final Logger LOG = Logger.getLogger(AddressWarnings.class);
  private static final int MAX_WARNINGS = 1000;

  private final Set<String> warned = ConcurrentHashMap.newKeySet();

  /**
   * Looks at a request to verify a key.
   *
   * @param caller the authenticated gateway
   * @param remote the address of the connection, as Keycloak sees it
   */
  void check(RealmModel realm, ClientModel caller, HttpHeaders headers, @Nullable String remote) {
    @Nullable String header = caller.getAttribute(VerifyCallers.ADDRESS_HEADER);
    if ((header != null && !header.isBlank())
        || isForwarded(headers)
        || warned.size() >= MAX_WARNINGS
        || !warned.add(caller.getId())) {
      return;
    }
    LOG.warnf(
        "Client %s of realm %s verifies API keys without the client attribute %s."
            + " Wrong keys of all callers count at the gateway's address %s, so wrong "
            + "keys of a stranger make Keycloak reject valid keys that it has not seen "
            + "recently. Set the attribute to the header in which this gateway sends "
            + "the address of its caller, for example X-Real-IP",
        caller.getClientId(), realm.getName(), VerifyCallers.ADDRESS_HEADER, remote);
  }

  /** Then Keycloak itself takes the address from there, if it is set to trust the proxy. */
  private static boolean isForwarded(HttpHeaders headers) {
    return VerifyResource.FORWARDED.stream()
        .anyMatch(name -> headers.getHeaderString(name) != null);
  }
}
