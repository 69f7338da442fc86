package dev.bulwark.it.apikey;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bulwark.it.support.AdminApi;
import dev.bulwark.it.support.RawHttp;
import dev.bulwark.it.support.Realm;
import dev.bulwark.it.support.TestStack;
import dev.bulwark.redis.process.Folder;
import dev.bulwark.redis.process.FreePort;
import dev.bulwark.redis.process.LocalProcess;
import dev.bulwark.redis.process.Programs;
import dev.bulwark.server.DistributionServer;
import dev.bulwark.server.EmbeddedRedis;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * K5: gateways that bear no secret: one with a TLS certificate, one that is known by its address.
 * The server trusts what one proxy, at 127.0.0.2, tells of addresses.
 */
class VerifyCallersIT {

  private static final Duration TIMEOUT = Duration.ofMinutes(1);
  private static final String PASSWORD = "correct-test-battery";
  private static final String GATEWAY_ADDRESS = "192.0.2.7";

  private static Path folder;
  private static EmbeddedRedis redis;
  private static DistributionServer server;
  private static int tlsPort;
  private static Keys keys;
  private static String key;

  @BeforeAll
  static void start() {
    folder = Path.of("target", "processes", "verify-callers").toAbsolutePath();
    Folder.delete(folder);
    Folder.make(folder);
    Programs.require("openssl", "openssl");
    authority("ca");
    authority("foreign");
    certificate("server", "ca", "/CN=localhost", "subjectAltName=IP:127.0.0.1");
    certificate("gateway", "ca", "/O=Bulwark/CN=gateway-1", "extendedKeyUsage=clientAuth");
    certificate("other", "ca", "/O=Bulwark/CN=gateway-2", "extendedKeyUsage=clientAuth");
    certificate("forged", "foreign", "/O=Bulwark/CN=gateway-1", "extendedKeyUsage=clientAuth");
    redis = EmbeddedRedis.start(0);
    tlsPort = FreePort.next();
    server =
        DistributionServer.start(
            TestStack.spec("verify-callers", redis.url())
                .option("https-port", Integer.toString(tlsPort))
                .option("https-certificate-file", folder.resolve("server.crt").toString())
                .option("https-certificate-key-file", folder.resolve("server.key").toString())
                .buildOption("https-client-auth", "request")
                .option("https-trust-store-file", truststore("ca").toString())
                .option("https-trust-store-password", PASSWORD)
                .option("truststore-paths", folder.resolve("ca.crt").toString())
                .option("http-management-scheme", "http")
                .option("proxy-headers", "xforwarded")
                .option("proxy-trusted-addresses", "127.0.0.2")
                .option("spi-api-key--default--verify-allowed-addresses", GATEWAY_ADDRESS)
                .build());
    keys = new Keys(new Realm(server.url(), "app"));
    AdminApi admin = new AdminApi(server.url(), TestStack.ADMIN_USERNAME, TestStack.ADMIN_PASSWORD);
    admin
        .post(
            "/realms/app/clients",
            "{\"clientId\":\"tls-gateway\",\"clientAuthenticatorType\":\"client-x509\","
                + "\"serviceAccountsEnabled\":true,\"attributes\":{\"api-key.verify\":\"true\","
                + "\"x509.allow.regex.pattern.comparison\":\"false\","
                + "\"x509.subjectdn\":\"CN=gateway-1,O=Bulwark\",\"x509.casubjectdn\":\"CN=ca\"}}")
        .expect(201);
    key = keys.made("alice", "k", "tasks:read").get("key").asText();
  }

  @AfterAll
  static void stop() {
    if (server != null) {
      server.close();
    }
    if (redis != null) {
      redis.close();
    }
  }

  @ParameterizedTest
  @CsvSource({"gateway, 200", "other, 401", "forged, 401", ", 401"})
  void theCertificateMustBeTheClients(String certificate, int status) throws Exception {
    HttpResponse<String> answer =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .sslContext(context(certificate))
            .build()
            .send(
                HttpRequest.newBuilder(
                        URI.create(
                            "https://127.0.0.1:"
                                + tlsPort
                                + "/realms/app/api-keys/verify?client_id=tls-gateway"))
                    .timeout(TIMEOUT)
                    .header("X-API-Key", key)
                    .build(),
                HttpResponse.BodyHandlers.ofString());
    assertThat(answer.statusCode()).isEqualTo(status);
    assertThat(answer.headers().firstValue("X-Auth-Username").isPresent()).isEqualTo(status == 200);
  }

  /** A certificate in a header is nobody's. */
  @Test
  void aCertificateInAHeaderIsNotBelieved() throws IOException {
    String pem =
        Files.readString(folder.resolve("gateway.crt")).replaceAll("-----[A-Z ]+-----|\\s", "");
    for (String name : List.of("ssl-client-cert", "X-Client-Cert", "Client-Cert")) {
      String answer =
          RawHttp.sendFrom(
              "127.0.0.2",
              server.url(),
              "GET /realms/app/api-keys/verify?client_id=tls-gateway HTTP/1.1",
              name + ": " + pem,
              "X-API-Key: " + key);
      assertThat(RawHttp.status(answer)).as(name).isEqualTo(401);
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        // peer; X-Forwarded-For; status
        "127.0.0.2; 192.0.2.7; 200",
        "127.0.0.2; 192.0.2.8; 401",
        "127.0.0.2; ; 401",
        // Not the proxy: what it tells is not believed.
        "127.0.0.1; 192.0.2.7; 401",
        "127.0.0.3; 192.0.2.7; 401",
        // A proxy that appends to what a stranger has sent.
        "127.0.0.2; 192.0.2.7, 203.0.113.9; 401",
        "127.0.0.2; 203.0.113.9, 192.0.2.7; 401",
      })
  void theAddressMustBeTheGateways(String peer, String told, int status) {
    List<String> lines = new ArrayList<>();
    lines.add("GET /realms/app/api-keys/verify HTTP/1.1");
    lines.add("X-API-Key: " + key);
    if (told != null) {
      lines.add("X-Forwarded-For: " + told);
    }
    String answer = RawHttp.sendFrom(peer, server.url(), lines.toArray(String[]::new));
    assertThat(RawHttp.status(answer)).isEqualTo(status);
  }

  @Test
  void aStrangersSecondHeaderDoesNotMakeItTheGateway() {
    for (String[] lines :
        List.of(
            new String[] {"X-Forwarded-For: 192.0.2.7", "X-Forwarded-For: 203.0.113.9"},
            new String[] {"X-Forwarded-For: 203.0.113.9", "X-Forwarded-For: 192.0.2.7"},
            new String[] {"X-Forwarded-For: 203.0.113.9", "Forwarded: for=192.0.2.7"},
            new String[] {"X-Forwarded-For: 203.0.113.9", "X-Real-IP: 192.0.2.7"})) {
      String answer =
          RawHttp.sendFrom(
              "127.0.0.2",
              server.url(),
              "GET /realms/app/api-keys/verify HTTP/1.1",
              "X-API-Key: " + key,
              lines[0],
              lines[1]);
      assertThat(RawHttp.status(answer)).as(String.join(" | ", lines)).isEqualTo(401);
    }
  }

  private static void authority(String name) {
    openssl(
        "req",
        "-x509",
        "-newkey",
        "rsa:2048",
        "-nodes",
        "-days",
        "2",
        "-subj",
        "/CN=" + name,
        "-keyout",
        name + ".key",
        "-out",
        name + ".crt");
  }

  private static void certificate(String name, String authority, String subject, String extension) {
    openssl(
        "req",
        "-newkey",
        "rsa:2048",
        "-nodes",
        "-subj",
        subject,
        "-keyout",
        name + ".key",
        "-out",
        name + ".csr");
    try {
      Files.writeString(folder.resolve(name + ".ext"), extension + "\n");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    openssl(
        "x509",
        "-req",
        "-in",
        name + ".csr",
        "-CA",
        authority + ".crt",
        "-CAkey",
        authority + ".key",
        "-CAcreateserial",
        "-days",
        "2",
        "-extfile",
        name + ".ext",
        "-out",
        name + ".crt");
    openssl(
        "pkcs12",
        "-export",
        "-inkey",
        name + ".key",
        "-in",
        name + ".crt",
        "-passout",
        "pass:" + PASSWORD,
        "-out",
        name + ".p12");
  }

  private static void openssl(String... arguments) {
    List<String> command = new ArrayList<>(List.of("openssl"));
    for (String argument : arguments) {
      boolean file = argument.matches("[a-z]+\\.[a-z0-9]{3}");
      command.add(file ? folder.resolve(argument).toString() : argument);
    }
    LocalProcess.run(TIMEOUT, command);
  }

  private static Path truststore(String authority) {
    Path file = folder.resolve("trust.p12");
    LocalProcess.run(
        TIMEOUT,
        List.of(
            Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
            "-importcert",
            "-noprompt",
            "-alias",
            authority,
            "-file",
            folder.resolve(authority + ".crt").toString(),
            "-keystore",
            file.toString(),
            "-storetype",
            "PKCS12",
            "-storepass",
            PASSWORD));
    return file;
  }

  private static SSLContext context(String certificate)
      throws GeneralSecurityException, IOException {
    TrustManagerFactory trust =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    trust.init(store("trust.p12"));
    KeyManagerFactory own = null;
    if (certificate != null) {
      own = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
      own.init(store(certificate + ".p12"), PASSWORD.toCharArray());
    }
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(own == null ? null : own.getKeyManagers(), trust.getTrustManagers(), null);
    return context;
  }

  private static KeyStore store(String name) throws GeneralSecurityException, IOException {
    KeyStore store = KeyStore.getInstance("PKCS12");
    try (InputStream in = Files.newInputStream(folder.resolve(name))) {
      store.load(in, PASSWORD.toCharArray());
    }
    return store;
  }
}
