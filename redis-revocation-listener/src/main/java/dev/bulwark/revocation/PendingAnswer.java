package dev.bulwark.revocation;

import org.jboss.logging.Logger;
import org.keycloak.http.HttpResponse;
import org.keycloak.models.KeycloakSession;

/**
 * The header of a response that did not wait until Redis had the ids of all tokens that the request
 * has ended. They follow, at the latest when Redis is back.
 */
final class PendingAnswer {

  /** The name of the header. */
  static final String HEADER = "Bulwark-Revocation";

  static final String PENDING = "pending";

  private static final Logger LOG = Logger.getLogger(PendingAnswer.class);

  private PendingAnswer() {}

  /** Marks the response of the session's request, if there is one. Never throws. */
  static void mark(KeycloakSession session) {
    try {
      HttpResponse response = session.getContext().getHttpResponse();
      if (response != null) {
        response.setHeader(HEADER, PENDING);
      }
    } catch (RuntimeException e) {
      // Work of a background thread has no response.
      LOG.debug("There is no response that could say that revocations follow", e);
    }
  }
}
