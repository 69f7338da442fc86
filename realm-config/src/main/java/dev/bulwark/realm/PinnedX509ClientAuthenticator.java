package dev.bulwark.realm;

import dev.bulwark.contract.KeycloakFeature;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;
import org.keycloak.authentication.ClientAuthenticationFlowContext;
import org.keycloak.authentication.FlowStatus;
import org.keycloak.authentication.authenticators.client.X509ClientAuthenticator;
import org.keycloak.events.Details;
import org.keycloak.models.ClientModel;
import org.keycloak.services.x509.X509ClientCertificateLookup;
import org.keycloak.truststore.TruststoreProvider;

/**
 * Keycloak's own {@code client-x509}, and one question more for clients that have the attribute
 * {@value IssuerPin#ATTRIBUTE}: was the certificate issued by that very authority (L7)?
 *
 * <p>Keycloak 26.7 compares the subject, and the name of the root that the chain ends at. Another
 * intermediate of the same root, or another trusted root of the same name, could issue the same
 * subject. Clients without the attribute are Keycloak's alone. Thread-safe: it has no state.
 */
public final class PinnedX509ClientAuthenticator extends X509ClientAuthenticator {

  private static final Logger log = Logger.getLogger(PinnedX509ClientAuthenticator.class);

  /** In place of Keycloak's, whose order is 0. */
  @Override
  public int order() {
    return 1;
  }

  @Override
  public void authenticateClient(ClientAuthenticationFlowContext context) {
    super.authenticateClient(context);
    if (context.getStatus() != FlowStatus.SUCCESS) {
      return;
    }
    ClientModel client = context.getClient();
    String value = client.getAttribute(IssuerPin.ATTRIBUTE);
    if (value == null || value.isBlank() || isIssued(context, value)) {
      return;
    }
    log.debugf(
        "The certificate of client %s was not issued by its authority", client.getClientId());
    context.getEvent().detail(Details.REASON, "certificate_of_another_issuer");
    context.attempted();
  }

  private static boolean isIssued(ClientAuthenticationFlowContext context, String value) {
    X509Certificate[] chain = chain(context);
    return chain.length > 0
        && IssuerPin.parse(value)
            .map(pin -> pin.hasIssued(chain[0], authorities(context, chain)))
            .orElse(false);
  }

  private static X509Certificate[] chain(ClientAuthenticationFlowContext context) {
    try {
      X509Certificate @Nullable [] chain =
          context
              .getSession()
              .getProvider(X509ClientCertificateLookup.class)
              .getCertificateChain(context.getHttpRequest());
      return chain == null ? new X509Certificate[0] : chain;
    } catch (GeneralSecurityException e) {
      return new X509Certificate[0];
    }
  }

  private static List<X509Certificate> authorities(
      ClientAuthenticationFlowContext context, X509Certificate[] chain) {
    List<X509Certificate> authorities =
        new ArrayList<>(Arrays.asList(chain).subList(1, chain.length));
    TruststoreProvider trusted = context.getSession().getProvider(TruststoreProvider.class);
    if (trusted != null && KeycloakFeature.HTTPS_TRUSTSTORE.isPresent()) {
      add(authorities, trusted.getHttpsRootCertificates());
      add(authorities, trusted.getHttpsIntermediateCertificates());
    } else if (trusted != null) {
      add(authorities, trusted.getRootCertificates());
      add(authorities, trusted.getIntermediateCertificates());
    }
    return authorities;
  }

  private static void add(
      List<X509Certificate> authorities, @Nullable Map<?, List<X509Certificate>> more) {
    if (more != null) {
      more.values().stream().flatMap(Collection::stream).forEach(authorities::add);
    }
  }
}
