package dev.bulwark.it.support;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import javax.security.auth.x500.X500Principal;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/**
 * A certificate authority made for one test run: a root, or an intermediate of another. Its keys
 * exist in this process alone. Safe for use by several threads.
 */
public final class CertificateAuthority {

  private static final Duration LIFE = Duration.ofDays(2);
  private static final SecureRandom RANDOM = new SecureRandom();

  private final KeyPair keys;
  private final List<X509Certificate> chain;

  private CertificateAuthority(KeyPair keys, List<X509Certificate> chain) {
    this.keys = keys;
    this.chain = chain;
  }

  /** A self-signed authority, valid now. */
  public static CertificateAuthority root(String name) {
    KeyPair keys = keyPair();
    Instant now = Instant.now();
    X509Certificate own =
        certificate(
            keys,
            new X500Principal(name),
            keys,
            new X500Principal(name),
            now.minus(LIFE),
            now.plus(LIFE),
            Kind.AUTHORITY);
    return new CertificateAuthority(keys, List.of(own));
  }

  /**
   * A server's certificate that no authority has signed, valid now: a client that trusts it trusts
   * nothing else.
   */
  public static ClientCertificate selfSigned(String subject, GeneralName... hosts) {
    KeyPair keys = keyPair();
    X500Principal name = new X500Principal(subject);
    Instant now = Instant.now();
    X509Certificate own =
        certificate(keys, name, keys, name, now.minus(LIFE), now.plus(LIFE), Kind.SERVER, hosts);
    return new ClientCertificate(keys.getPrivate(), List.of(own));
  }

  /** {@code localhost} and 127.0.0.1. */
  static GeneralName[] thisMachine() {
    return new GeneralName[] {
      new GeneralName(GeneralName.dNSName, "localhost"),
      new GeneralName(GeneralName.iPAddress, "127.0.0.1")
    };
  }

  /** An authority that this one has signed. */
  public CertificateAuthority intermediate(String name) {
    KeyPair own = keyPair();
    Instant now = Instant.now();
    return new CertificateAuthority(
        own, chain(sign(own, name, now.minus(LIFE), now.plus(LIFE), Kind.AUTHORITY)));
  }

  /** Signs with the key of a certificate, whether that may sign or not: as an attacker does. */
  public static CertificateAuthority of(ClientCertificate own) {
    return new CertificateAuthority(
        new KeyPair(own.certificate().getPublicKey(), own.key()), own.chain());
  }

  /** The authority's own certificate, used as a client's. */
  public ClientCertificate self() {
    return new ClientCertificate(keys.getPrivate(), chain);
  }

  public X509Certificate certificate() {
    return chain.get(0);
  }

  /** A client's certificate that is valid now. */
  public ClientCertificate client(String subject) {
    Instant now = Instant.now();
    return client(subject, now.minus(Duration.ofHours(1)), now.plus(LIFE));
  }

  /** A client's certificate with any time. */
  public ClientCertificate client(String subject, Instant from, Instant until) {
    return issue(subject, from, until, Kind.CLIENT);
  }

  /** A certificate for servers only: of {@code localhost} and 127.0.0.1. */
  public ClientCertificate server(String subject) {
    Instant now = Instant.now();
    return issue(subject, now.minus(Duration.ofHours(1)), now.plus(LIFE), Kind.SERVER);
  }

  private ClientCertificate issue(String subject, Instant from, Instant until, Kind kind) {
    KeyPair own = keyPair();
    return new ClientCertificate(own.getPrivate(), chain(sign(own, subject, from, until, kind)));
  }

  private X509Certificate sign(KeyPair own, String name, Instant from, Instant until, Kind kind) {
    return certificate(
        own,
        new X500Principal(name),
        keys,
        certificate().getSubjectX500Principal(),
        from,
        until,
        kind,
        thisMachine());
  }

  private List<X509Certificate> chain(X509Certificate first) {
    List<X509Certificate> all = new ArrayList<>();
    all.add(first);
    all.addAll(chain);
    return all;
  }

  private enum Kind {
    AUTHORITY,
    CLIENT,
    SERVER
  }

  private static X509Certificate certificate(
      KeyPair own,
      X500Principal subject,
      KeyPair issuerKeys,
      X500Principal issuer,
      Instant from,
      Instant until,
      Kind kind,
      GeneralName... hosts) {
    try {
      JcaX509v3CertificateBuilder builder =
          new JcaX509v3CertificateBuilder(
              issuer,
              new BigInteger(120, RANDOM),
              Date.from(from),
              Date.from(until),
              subject,
              own.getPublic());
      boolean authority = kind == Kind.AUTHORITY;
      builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(authority));
      builder.addExtension(
          Extension.keyUsage,
          true,
          new KeyUsage(authority ? KeyUsage.keyCertSign : KeyUsage.digitalSignature));
      if (!authority) {
        builder.addExtension(
            Extension.extendedKeyUsage,
            false,
            new ExtendedKeyUsage(
                kind == Kind.CLIENT
                    ? KeyPurposeId.id_kp_clientAuth
                    : KeyPurposeId.id_kp_serverAuth));
      }
      if (kind == Kind.SERVER) {
        builder.addExtension(Extension.subjectAlternativeName, false, new GeneralNames(hosts));
      }
      return new JcaX509CertificateConverter()
          .getCertificate(
              builder.build(
                  new JcaContentSignerBuilder("SHA256withECDSA").build(issuerKeys.getPrivate())));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (GeneralSecurityException | OperatorCreationException e) {
      throw new IllegalStateException(e);
    }
  }

  private static KeyPair keyPair() {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
      generator.initialize(new ECGenParameterSpec("secp256r1"));
      return generator.generateKeyPair();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }
}
