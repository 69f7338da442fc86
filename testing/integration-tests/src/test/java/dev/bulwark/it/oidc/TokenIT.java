package dev.bulwark.it.oidc;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.bulwark.it.support.Http;
import dev.bulwark.it.support.Realm;
import dev.bulwark.it.support.Response;
import dev.bulwark.it.support.SharedRealm;
import dev.bulwark.it.support.TestStack;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** J1–J3 on the shipped realm: lifetimes, claims, scopes, rotation. */
@SharedRealm
class TokenIT {

  private final Realm realm = TestStack.get().realm();

  @Test
  void accessTokensLiveFifteenMinutesAndCarryAnId() {
    Response tokens = realm.login("alice");
    JsonNode access = Realm.claims(tokens.text("access_token"));
    JsonNode refresh = Realm.claims(tokens.text("refresh_token"));
    assertThat(Realm.header(tokens.text("access_token")).get("alg").asText()).isEqualTo("RS256");
    assertThat(access.get("exp").asLong() - access.get("iat").asLong()).isEqualTo(900);
    assertThat(refresh.get("exp").asLong() - refresh.get("iat").asLong())
        .isLessThanOrEqualTo(2_592_000);
    assertThat(List.of(access.get("jti").asText(), refresh.get("jti").asText()))
        .doesNotHaveDuplicates()
        .doesNotContain("");
  }

  @Test
  void theScopeAdminIsForUsersWithTheRole() {
    String wanted = "openid tasks:read tasks:write admin";
    assertThat(scopes(realm.login("carol", Realm.PASSWORD, wanted)))
        .contains("tasks:read", "tasks:write", "admin");
    assertThat(scopes(realm.login("alice", Realm.PASSWORD, wanted)))
        .contains("tasks:read", "tasks:write")
        .doesNotContain("admin");
  }

  @Test
  void refreshRotatesAndReuseEndsTheSession() {
    String first = realm.login("bob").text("refresh_token");
    Response rotated = realm.refresh(first).expect(200);
    assertThat(rotated.text("refresh_token")).isNotEqualTo(first);
    assertThat(realm.refresh(first).expect(400).text("error")).isEqualTo("invalid_grant");
    realm.refresh(rotated.text("refresh_token")).expect(400);
    realm.userInfo(rotated.text("access_token")).expect(401);
  }

  @Test
  void oneKindOfTokenIsNotTheOther() {
    Response tokens = realm.login("alice");
    realm.userInfo(tokens.text("refresh_token")).expect(401);
    realm.refresh(tokens.text("access_token")).expect(400);
  }

  @Test
  void aServiceGetsItsScopes() {
    Response token =
        realm
            .clientCredentials(
                "tasks-service", "tasks-service-dev-secret", Map.of("scope", "tasks:read"))
            .expect(200);
    assertThat(scopes(token)).contains("tasks:read").doesNotContain("admin");
    assertThat(token.json().has("refresh_token")).isFalse();
    realm.clientCredentials("tasks-service", "wrong", Map.of()).expect(401);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "x", "a.b.c", "eyJhbGciOiJub25lIn0.e30."})
  void garbageTokensAreRefused(String token) {
    assertThat(realm.userInfo(token).status()).isEqualTo(401);
    assertThat(realm.refresh(token).status()).isEqualTo(400);
    assertThat(realm.isActive(token.isEmpty() ? "x" : token)).isFalse();
  }

  @Test
  void aMegabyteOfPasswordIsRefusedWithoutAStackTrace() {
    String huge = "p".repeat(1_000_000);
    Response response = realm.login("alice", huge, "openid");
    assertThat(response.status()).isBetween(400, 499);
    assertThat(response.body()).doesNotContain("Exception", "\tat ");
    assertThat(TestStack.get().keycloak().log())
        .doesNotContain("ppppppppppppppppppppppppppppppppp");
    Http.get(TestStack.get().keycloak().managementUrl() + "/health/ready").expect(200);
  }

  private static List<String> scopes(Response tokens) {
    String token = tokens.expect(200).text("access_token");
    return List.of(Realm.claims(token).get("scope").asText().split(" "));
  }
}
