package dev.bulwark.it.mtls;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.bulwark.it.support.AdminApi;
import dev.bulwark.it.support.ClientCertificate;
import dev.bulwark.it.support.Json;
import dev.bulwark.it.support.Realm;
import dev.bulwark.it.support.Response;
import java.io.IOException;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** R10, L7: a caller whose token is bound to a certificate presents that certificate (RFC 8705). */
@Tag("full")
class GlobalRevocationCertificateIT {

  private static final String ENDPOINT = "/global-token-revocation";
  private static final String SCOPE = "global-token-revocation";
  private static final String CLIENT = "mtls-service";

  private static final MtlsServer SERVER = MtlsServer.get();
  private static final AdminApi ADMIN = SERVER.admin();

  @BeforeAll
  static void allowTheClient() {
    String scope =
        ADMIN
            .post(
                "/realms/app/client-scopes",
                Json.object("name", SCOPE, "protocol", "openid-connect"))
            .expect(201)
            .header("Location");
    ADMIN
        .put(
            "/realms/app/clients/"
                + ADMIN.clientUuid(CLIENT)
                + "/optional-client-scopes/"
                + scope.substring(scope.lastIndexOf('/') + 1),
            "{}")
        .expect(204);
  }

  @Test
  void aBoundTokenNeedsItsCertificate() throws IOException {
    String token =
        caller(SERVER.pki().service).token(CLIENT, SCOPE).expect(200).text("access_token");
    JsonNode bound = Realm.claims(token).get("cnf");
    assertThat(bound.get("x5t#S256").asText()).isEqualTo(SERVER.pki().service.thumbprint());

    assertThat(end(null, token).expect(401).header("WWW-Authenticate"))
        .contains("error=\"invalid_token\"");
    end(SERVER.pki().named("another subject"), token).expect(401);
    end(SERVER.pki().issuing.client(Pki.SUBJECT), token).expect(401);
    end(SERVER.pki().service, token).expect(204);
  }

  private static Response end(@Nullable ClientCertificate own, String token) throws IOException {
    return caller(own)
        .postJson(
            ENDPOINT,
            token,
            Json.of(Map.of("sub_id", Map.of("format", "opaque", "id", ADMIN.userId("alice")))));
  }

  private static Caller caller(@Nullable ClientCertificate own) {
    return Caller.ofRealm(SERVER.https(), own);
  }
}
