package dev.bulwark.it.apikey;

import static dev.bulwark.it.support.Waits.SOON;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.bulwark.it.support.AdminApi;
import dev.bulwark.it.support.CertificateAuthority;
import dev.bulwark.it.support.ClientCertificate;
import dev.bulwark.it.support.OwnServer;
import dev.bulwark.it.support.RawHttp;
import dev.bulwark.it.support.Realm;
import dev.bulwark.it.support.TestCertificate;
import dev.bulwark.it.support.TestStack;
import dev.bulwark.it.support.WorkFolder;
import dev.bulwark.redis.process.Folder;
import dev.bulwark.server.LocalRedis;
import dev.bulwark.testing.FreePort;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * K5: gateways that bear no secret: one with a TLS certificate, one that is known by its address.
 * The server trusts what one proxy, at 127.0.0.2, tells of addresses.
 */
@Tag("slow")
class VerifyCallersIT {

  private static final String PASSWORD = "correct-test-battery";
  private static final String GATEWAY_ADDRESS = "192.0.2.7";

  private static final CertificateAuthority AUTHORITY = CertificateAuthority.root("CN=ca");

  private static LocalRedis redis;
  private static OwnServer server;
  private static int tlsPort;
  private static Keys keys;
  private static String key;

  @BeforeAll
  static void start() {
    Path folder = WorkFolder.of("processes", "verify-callers");
    Folder.delete(folder);
    Folder.make(folder);
    Path trusted =
        ClientCertificate.trustStore(
            folder.resolve("trust.p12"), PASSWORD, AUTHORITY.certificate());
    Path authority = folder.resolve("ca.crt");
    try {
      Files.writeString(authority, ClientCertificate.pem(AUTHORITY.certificate()));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    redis = LocalRedis.start(0);
    tlsPort = FreePort.next();
    server =
        OwnServer.start(
            TestStack.spec("verify-callers", redis.url())
                .option("https-port", Integer.toString(tlsPort))
                .option("https-key-store-file", TestCertificate.get().keyStore().toString())
                .environment("KC_HTTPS_KEY_STORE_PASSWORD", TestCertificate.get().password())
                .buildOption("https-client-auth", "request")
                .option("https-trust-store-file", trusted.toString())
                .option("https-trust-store-password", PASSWORD)
                .option("truststore-paths", authority.toString())
                .option("http-management-scheme", "http")
                .option("proxy-headers", "xforwarded")
                .option("proxy-trusted-addresses", "127.0.0.2")
                .option("spi-api-key--default--verify-allowed-addresses", GATEWAY_ADDRESS)
                // Off by default, as VerifyIT sees it; on here for the test of the option.
                .option("spi-api-key--default--refuse-locked-owner", "true"));
    keys = new Keys(new Realm(server.url(), "app"));
    server
        .admin()
        .post(
            "/realms/app/clients",
            """
            {"clientId": "tls-gateway", "clientAuthenticatorType": "client-x509",
             "serviceAccountsEnabled": true,
             "attributes": {"api-key.verify": "true", "x509.allow.regex.pattern.comparison": "false",
             "x509.subjectdn": "CN=gateway-1,O=Bulwark", "x509.casubjectdn": "CN=ca"}}
            """)
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

  /** L2: the option that has a lockout stop the owner's keys too. */
  @Test
  void aLockedOwnersKeyStopsWhereTheOptionSaysSo() {
    String plain = keys.made("bob", "locked", "tasks:read").get("key").asText();
    assertThat(keys.isGood(plain)).isTrue();
    AdminApi admin = server.admin();
    String failures = "/realms/app/attack-detection/brute-force/users/" + admin.userId("bob");
    // Keycloak counts failures after their answers, and may miss one of two at the same time.
    await()
        .atMost(SOON)
        .until(
            () -> {
              keys.realm().login("bob", "wrong-password", "openid");
              return admin.get(failures).expect(200).json().get("disabled").asBoolean();
            });
    assertThat(keys.isGood(plain)).isFalse();
    admin.delete(failures).expect(204);
    assertThat(keys.isGood(plain)).isTrue();
  }

  /** Else the wrong keys of a stranger count against the gateway, and nobody knows why. */
  @Test
  void theLogWarnsOnceOfAGatewayThatTellsNoAddress() throws Exception {
    for (int i = 0; i < 2; i++) {
      assertThat(verify(AUTHORITY.client("CN=gateway-1,O=Bulwark")).statusCode()).isEqualTo(200);
    }
    assertThat(server.log().lines())
        .filteredOn(
            line ->
                line.contains(
                    "Client tls-gateway of realm app verifies API keys without the client attribute"
                        + " api-key.verify.address-header"))
        .hasSize(1);
  }

  @ParameterizedTest
  @CsvSource({"CN=gateway-1, 200", "CN=gateway-2, 401", ", 401"})
  void theCertificateMustBeTheClients(String name, int status) throws Exception {
    HttpResponse<String> answer =
        verify(name == null ? null : AUTHORITY.client(name + ",O=Bulwark"));
    assertThat(answer.statusCode()).isEqualTo(status);
    assertThat(answer.headers().firstValue("X-Auth-Username").isPresent()).isEqualTo(status == 200);
  }

  @Test
  void aCertificateOfAForeignAuthorityGetsNoConnection() {
    ClientCertificate forged = CertificateAuthority.root("CN=ca").client("CN=gateway-1,O=Bulwark");
    assertThatThrownBy(() -> verify(forged)).isInstanceOf(IOException.class);
  }

  private static HttpResponse<String> verify(@Nullable ClientCertificate own) throws Exception {
    return HttpClient.newBuilder()
        .version(HttpClient.Version.HTTP_1_1)
        .sslContext(context(own))
        .build()
        .send(
            HttpRequest.newBuilder(
                    URI.create(
                        "https://127.0.0.1:"
                            + tlsPort
                            + "/realms/app/api-keys/verify?client_id=tls-gateway"))
                .timeout(SOON)
                .header("X-API-Key", key)
                .build(),
            HttpResponse.BodyHandlers.ofString());
  }

  /** A certificate in a header is nobody's. */
  @Test
  void aCertificateInAHeaderIsNotBelieved() {
    String pem =
        AUTHORITY.client("CN=gateway-1,O=Bulwark").pem().replaceAll("-----[A-Z ]+-----|\\s", "");
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

  /** K10: the networks of a key, by the address that the trusted proxy tells. */
  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "127.0.0.2; 203.0.113.5; 200",
        "127.0.0.2; ::ffff:203.0.113.5; 200",
        "127.0.0.2; 2001:db8:7::1; 200",
        "127.0.0.2; 198.51.100.1; 403",
        "127.0.0.2; ; 403",
        // Not the proxy: what it tells is not believed.
        "127.0.0.1; 203.0.113.5; 403",
        "127.0.0.3; 203.0.113.5; 403",
      })
  void aKeyIsGoodInItsNetworksOnly(String peer, @Nullable String told, int status) {
    String bound =
        keys.create(
                keys.token("alice"),
                """
                {"name": "bound", "scopes": ["tasks:read"],
                 "allowedNetworks": ["203.0.113.0/24", "2001:db8:7::/48"]}
                """)
            .expect(201)
            .text("key");
    List<String> lines = new ArrayList<>();
    lines.add("GET /realms/app/api-keys/verify HTTP/1.1");
    lines.add("Authorization: " + Keys.GATEWAY);
    lines.add("X-API-Key: " + bound);
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

  private static SSLContext context(@Nullable ClientCertificate own) {
    return TestCertificate.get()
        .context(own == null ? new KeyManager[0] : new KeyManager[] {own.keyManager()});
  }
}
