package dev.bulwark.redis.process;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.Key;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocketFactory;
import javax.net.ssl.TrustManagerFactory;

/**
 * A certificate authority made for one test, and a server certificate that it has signed. Made by
 * the JDK's keytool; good for a day.
 */
public final class TestAuthority {

  private static final String PASSWORD = "correct-test-battery";
  private static final Duration TIMEOUT = Duration.ofMinutes(1);

  private final Path folder;

  private TestAuthority(Path folder) {
    this.folder = folder;
  }

  /**
   * Makes an authority.
   *
   * @param name names its folder
   * @param subjectAlternativeName of the server certificate, for example {@code ip:127.0.0.1}
   */
  public static TestAuthority create(String name, String subjectAlternativeName) {
    Path folder = Path.of("target", "processes", "ca-" + name).toAbsolutePath();
    Folder.delete(folder);
    Folder.make(folder);
    TestAuthority authority = new TestAuthority(folder);
    authority.pair("authority", "-dname", "CN=Test authority " + name, "-ext", "bc:c");
    authority.pair("server", "-dname", "CN=redis");
    authority.keytool("server", "-certreq", "-alias", "server", "-file", "server.csr");
    authority.keytool(
        "authority",
        "-gencert",
        "-alias",
        "authority",
        "-ext",
        "san=" + subjectAlternativeName,
        "-rfc",
        "-infile",
        "server.csr",
        "-outfile",
        "server.crt");
    authority.keytool("authority", "-exportcert", "-alias", "authority", "-rfc", "-file", "ca.crt");
    authority.exportKey();
    return authority;
  }

  /** PEM file with the authority's certificate. */
  public Path certificate() {
    return folder.resolve("ca.crt");
  }

  /** Settings of a Redis that shows the server certificate and asks for none. */
  Map<String, String> settings() {
    return Map.of(
        "tls-cert-file",
        folder.resolve("server.crt").toString(),
        "tls-key-file",
        folder.resolve("server.key").toString(),
        "tls-ca-cert-file",
        certificate().toString(),
        "tls-auth-clients",
        "no");
  }

  /** Trusts this authority only. */
  SSLSocketFactory socketFactory() {
    try {
      KeyStore trusted = KeyStore.getInstance("PKCS12");
      trusted.load(null, null);
      trusted.setCertificateEntry("authority", authorityCertificate());
      TrustManagerFactory trust =
          TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
      trust.init(trusted);
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(null, trust.getTrustManagers(), null);
      return context.getSocketFactory();
    } catch (GeneralSecurityException | IOException e) {
      throw new IllegalStateException(e);
    }
  }

  private Certificate authorityCertificate() throws GeneralSecurityException, IOException {
    return store("authority").getCertificate("authority");
  }

  private void exportKey() {
    try {
      Key key = store("server").getKey("server", PASSWORD.toCharArray());
      String text = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(key.getEncoded());
      Files.writeString(
          folder.resolve("server.key"),
          "-----BEGIN PRIVATE KEY-----\n" + text + "\n-----END PRIVATE KEY-----\n",
          StandardCharsets.US_ASCII);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private KeyStore store(String alias) throws GeneralSecurityException, IOException {
    KeyStore store = KeyStore.getInstance("PKCS12");
    try (InputStream in = Files.newInputStream(folder.resolve(alias + ".p12"))) {
      store.load(in, PASSWORD.toCharArray());
    }
    return store;
  }

  private void pair(String alias, String... more) {
    List<String> arguments =
        new ArrayList<>(List.of("-genkeypair", "-alias", alias, "-keyalg", "EC", "-validity", "1"));
    arguments.addAll(List.of(more));
    keytool(alias, arguments.toArray(String[]::new));
  }

  private void keytool(String alias, String... arguments) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "keytool").toString());
    for (String argument : arguments) {
      command.add(
          argument.endsWith(".csr") || argument.endsWith(".crt")
              ? folder.resolve(argument).toString()
              : argument);
    }
    command.addAll(
        List.of(
            "-keystore",
            folder.resolve(alias + ".p12").toString(),
            "-storetype",
            "PKCS12",
            "-storepass",
            PASSWORD));
    LocalProcess.run(TIMEOUT, command);
  }
}
