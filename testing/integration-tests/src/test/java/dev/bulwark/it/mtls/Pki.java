package dev.bulwark.it.mtls;

import dev.bulwark.it.support.CertificateAuthority;
import dev.bulwark.it.support.ClientCertificate;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/**
 * The authorities of the test. The service's certificate comes of an intermediate, {@code issuing};
 * the server trusts its root, another root, and one more that bears the first root's very name.
 */
final class Pki {

  static final String SUBJECT = "CN=mtls-service,OU=Tasks,O=Bulwark";
  static final String ROOT = "CN=Root,O=Bulwark";

  final CertificateAuthority root = CertificateAuthority.root(ROOT);
  final CertificateAuthority issuing = root.intermediate("CN=Services,O=Bulwark");
  final CertificateAuthority sibling = root.intermediate("CN=Guests,O=Bulwark");
  final CertificateAuthority namesakeOfIssuing = root.intermediate("CN=Services,O=Bulwark");
  final CertificateAuthority otherRoot = CertificateAuthority.root("CN=Other,O=Elsewhere");
  final CertificateAuthority namesakeOfRoot = CertificateAuthority.root(ROOT);
  final CertificateAuthority untrusted = CertificateAuthority.root("CN=Untrusted,O=Elsewhere");

  final ClientCertificate service = issuing.client(SUBJECT);

  /** The roots that servers trust. */
  List<X509Certificate> trusted() {
    return List.of(root.certificate(), otherRoot.certificate(), namesakeOfRoot.certificate());
  }

  /** A certificate by what is said of it in a test's table. */
  ClientCertificate named(String what) {
    Instant now = Instant.now();
    Duration day = Duration.ofDays(1);
    return switch (what) {
      case "the service's" -> service;
      case "another subject" -> issuing.client("CN=other-service,OU=Tasks,O=Bulwark");
      case "the subject and more" -> issuing.client(SUBJECT + ",C=DE");
      case "a part of the subject" -> issuing.client("CN=mtls-service,O=Bulwark");
      case "the subject in another order" -> issuing.client("O=Bulwark,OU=Tasks,CN=mtls-service");
      case "the subject of a sibling" -> sibling.client(SUBJECT);
      case "the subject of the issuer's namesake" -> namesakeOfIssuing.client(SUBJECT);
      case "the subject of the root itself" -> root.client(SUBJECT);
      case "the subject of another root" -> otherRoot.client(SUBJECT);
      case "the subject of the root's namesake" -> namesakeOfRoot.client(SUBJECT);
      case "the subject of an untrusted root" -> untrusted.client(SUBJECT);
      case "the subject under a service's certificate" -> underALeaf();
      case "self-signed" -> selfSigned();
      case "expired" -> issuing.client(SUBJECT, now.minus(day), now.minusSeconds(60));
      case "not yet valid" -> issuing.client(SUBJECT, now.plus(day), now.plus(day.multipliedBy(2)));
      case "of a server" -> issuing.server(SUBJECT);
      case "without its key" ->
          new ClientCertificate(untrusted.client("CN=x").key(), service.chain());
      default -> throw new IllegalArgumentException(what);
    };
  }

  private ClientCertificate selfSigned() {
    return CertificateAuthority.root(SUBJECT).self();
  }

  /** A client that makes itself an authority. */
  private ClientCertificate underALeaf() {
    return CertificateAuthority.of(service).client(SUBJECT);
  }
}
