package dev.bulwark.it.ratelimit;

import static dev.bulwark.it.ratelimit.LimitedServer.PASSWORD;
import static org.assertj.core.api.Assertions.assertThat;

import dev.bulwark.it.support.Http;
import dev.bulwark.it.support.Json;
import dev.bulwark.it.support.Realm;
import dev.bulwark.it.support.Response;
import java.net.http.HttpRequest;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Supplier;

/** A way to try a secret, or to ask who has an account: each call of an attempt tries one. */
enum LimitedPath {
  PASSWORD_GRANT {
    @Override
    Supplier<Response> from(LimitedServer server, String address) {
      String user = server.newUser();
      return () -> server.grant(address, user, "wrong");
    }
  },
  PASSWORD_GRANT_UNKNOWN_USER {
    @Override
    Supplier<Response> from(LimitedServer server, String address) {
      return () -> server.grant(address, "nobody-" + System.nanoTime(), "wrong");
    }
  },
  PASSWORD_GRANT_CODE {
    @Override
    Supplier<Response> from(LimitedServer server, String address) {
      String user = server.newUser(withCode());
      return () -> server.grant(address, user, PASSWORD, Map.of("totp", "000000"));
    }
  },
  PASSWORD_GRANT_OF_A_DISABLED_USER {
    @Override
    Supplier<Response> from(LimitedServer server, String address) {
      String user = server.newUser(Map.of("enabled", false));
      return () -> server.grant(address, user, PASSWORD);
    }
  },
  HTTP_BASIC {
    @Override
    Supplier<Response> from(LimitedServer server, String address) {
      String user = server.newUser();
      return () ->
          Http.postForm(
              server.endpoint("token"),
              Map.of("grant_type", "password", "client_id", "basic"),
              "X-Forwarded-For",
              address,
              "Authorization",
              Realm.basic(user, "wrong"));
    }
  },
  /** HTTP Basic at the profile of SAML for clients without a browser. */
  SAML_ECP {
    @Override
    Supplier<Response> from(LimitedServer server, String address) {
      String user = server.newUser();
      return () ->
          Http.send(
              Http.request(server.realmUrl() + "/protocol/saml")
                  .header("Content-Type", "text/xml")
                  .header("X-Forwarded-For", address)
                  .header("Authorization", Realm.basic(user, "wrong"))
                  .POST(HttpRequest.BodyPublishers.ofString(samlRequest())));
    }

    /** Keycloak makes "not without the user" of every answer but success and failure. */
    @Override
    void assertRefused(Response response) {
      assertThat(response.status()).isEqualTo(200);
      assertThat(response.body()).contains("status:NoPassive").doesNotContain("<saml:Assertion");
    }
  },
  DOCKER {
    @Override
    Supplier<Response> from(LimitedServer server, String address) {
      String user = server.newUser();
      return () ->
          Http.get(
              server.realmUrl()
                  + "/protocol/docker-v2/auth?service=registry&account=x&scope=repository:a:pull",
              "X-Forwarded-For",
              address,
              "Authorization",
              Realm.basic(user, "wrong"));
    }
  },
  /** Who comes from an identity provider proves by the password that an account is his. */
  FIRST_BROKER_LOGIN {
    @Override
    Supplier<Response> from(LimitedServer server, String address) {
      String user = server.newUser();
      String email = user + "@example.org";
      server.newUserAt(PROVIDER, "of-" + user, email);
      Visitor visitor = server.visitor(address);
      Response page =
          visitor.submit(
              visitor.loginBy(PROVIDER, "cli"),
              Map.of("username", "of-" + user, "password", PASSWORD));
      page = visitor.submit(page.expect(200), Map.of("submitAction", "linkAccount"));
      Form form = new Form(visitor, page);
      return () -> form.send(Map.of("username", user, "password", "wrong"));
    }
  },
  PASSWORD_FORM {
    @Override
    Supplier<Response> from(LimitedServer server, String address) {
      String user = server.newUser();
      Visitor visitor = server.visitor(address);
      Form form = new Form(visitor, visitor.login("cli"));
      return () -> form.send(Map.of("username", user, "password", "wrong"));
    }
  },
  /** Every attempt in a browser of its own: no cookie is what is counted by. */
  PASSWORD_FORM_FRESH_BROWSER {
    @Override
    Supplier<Response> from(LimitedServer server, String address) {
      String user = server.newUser();
      return () -> {
        Visitor visitor = server.visitor(address);
        return visitor.submit(visitor.login("cli"), Map.of("username", user, "password", "wrong"));
      };
    }
  },
  /** It tells who has an account. */
  USERNAME_FORM {
    @Override
    Supplier<Response> from(LimitedServer server, String address) {
      String user = server.newUser();
      return () -> {
        Visitor visitor = server.visitor(address);
        return visitor.submit(visitor.login("two-steps"), Map.of("username", user));
      };
    }
  },
  PASSWORD_AFTER_USERNAME {
    @Override
    Supplier<Response> from(LimitedServer server, String address) {
      String user = server.newUser();
      // The name takes a slot, too: from another address, so that what is seen is the password's.
      Visitor visitor = server.visitor(LimitedServer.newAddress());
      Response page = visitor.submit(visitor.login("two-steps"), Map.of("username", user));
      Form form = new Form(visitor.at(address), page);
      return () -> form.send(Map.of("password", "wrong"));
    }
  },
  CODE_FORM {
    @Override
    Supplier<Response> from(LimitedServer server, String address) {
      String user = server.newUser(withCode());
      Visitor visitor = server.visitor(address);
      Form form = new Form(visitor, signIn(visitor, "cli", user));
      return () -> form.send(Map.of("otp", "000000"));
    }
  },
  /** What other forms take for "do not test anything" is no way around the limit. */
  CODE_FORM_WITH_CANCEL {
    @Override
    Supplier<Response> from(LimitedServer server, String address) {
      String user = server.newUser(withCode());
      Visitor visitor = server.visitor(address);
      Form form = new Form(visitor, signIn(visitor, "cli", user));
      return () -> form.send(Map.of("otp", "000000", "cancel", "true"));
    }
  },
  RECOVERY_CODE_FORM_WITH_CANCEL {
    @Override
    Supplier<Response> from(LimitedServer server, String address) {
      String user = server.newUser(withRecoveryCodes());
      Visitor visitor = server.visitor(address);
      Form form = new Form(visitor, signIn(visitor, "recovery", user));
      return () -> form.send(Map.of("recoveryCodeInput", "AAAA-BBBB-CCCC", "cancel", "true"));
    }
  },
  CONDITIONAL_CODE_FORM {
    @Override
    Supplier<Response> from(LimitedServer server, String address) {
      String user = server.newUser(withCode());
      Visitor visitor = server.visitor(address);
      Form form = new Form(visitor, signIn(visitor, "conditional-code", user));
      return () -> form.send(Map.of("otp", "000000"));
    }
  },
  RECOVERY_CODE_FORM {
    @Override
    Supplier<Response> from(LimitedServer server, String address) {
      String user = server.newUser(withRecoveryCodes());
      Visitor visitor = server.visitor(address);
      Form form = new Form(visitor, signIn(visitor, "recovery", user));
      return () -> form.send(Map.of("recoveryCodeInput", "AAAA-BBBB-CCCC"));
    }
  },
  RESET_CREDENTIALS {
    @Override
    Supplier<Response> from(LimitedServer server, String address) {
      return () -> {
        Visitor visitor = server.visitor(address);
        return visitor.submit(
            visitor.open(visitor.reset("cli")), Map.of("username", "nobody-" + System.nanoTime()));
      };
    }
  },
  /** The form and the mail are steps of one request, and take one slot. */
  RESET_CREDENTIALS_OF_A_USER {
    @Override
    Supplier<Response> from(LimitedServer server, String address) {
      String user = server.newUser();
      return () -> {
        Visitor visitor = server.visitor(address);
        return visitor.submit(visitor.open(visitor.reset("cli")), Map.of("username", user));
      };
    }
  },
  /** Keycloak asks whom it knows by the cookie for no name: each sends a mail. */
  RESET_CREDENTIALS_WHILE_LOGGED_IN {
    @Override
    Supplier<Response> from(LimitedServer server, String address) {
      Visitor visitor = server.visitor(LimitedServer.newAddress());
      visitor
          .submit(visitor.login("cli"), Map.of("username", server.newUser(), "password", PASSWORD))
          .expect(302);
      // On a known device it would first count there.
      Visitor moved = visitor.at(address).without("BULWARK_DEVICE");
      return () -> moved.open(server.realmUrl() + "/login-actions/reset-credentials");
    }
  },
  /** What was sent once is sent again by the mere address of the page. */
  RESET_CREDENTIALS_REFRESHED {
    @Override
    Supplier<Response> from(LimitedServer server, String address) {
      return refreshedReset(server, address, server.newUser());
    }
  },
  /** No mail, but who is told from who gets one by a refusal has an account. */
  RESET_CREDENTIALS_OF_NOBODY_REFRESHED {
    @Override
    Supplier<Response> from(LimitedServer server, String address) {
      return refreshedReset(server, address, "nobody-" + System.nanoTime());
    }
  },
  REGISTRATION {
    @Override
    Supplier<Response> from(LimitedServer server, String address) {
      Visitor visitor = server.visitor(address);
      Form form = new Form(visitor, visitor.registration());
      return () -> form.send(Map.of("username", "ann", "email", "ann@example.org"));
    }
  },
  DEVICE_USER_CODE {
    @Override
    Supplier<Response> from(LimitedServer server, String address) {
      Visitor visitor = server.visitor(address);
      Form form = new Form(visitor, visitor.open(server.realmUrl() + "/device"));
      return () -> form.send(Map.of("device_user_code", "ABCD-EFGH"));
    }
  },
  DEVICE_USER_CODE_LINK {
    @Override
    Supplier<Response> from(LimitedServer server, String address) {
      Visitor visitor = server.visitor(address);
      return () -> visitor.open(server.realmUrl() + "/device?user_code=ABCD-EFGH");
    }
  },
  /** It tells who has an account. */
  ORGANIZATION_FORM {
    @Override
    Supplier<Response> from(LimitedServer server, String address) {
      return () -> {
        Visitor visitor = server.visitor(address);
        return visitor.submit(
            visitor.loginAt("organizations", "cli"),
            Map.of("username", "nobody-" + System.nanoTime() + "@example.org"));
      };
    }
  };

  private static final String PROVIDER = "limits-idp";

  private static final String SERVICE_PROVIDER = "https://sp.example.org";

  /** That the limit has refused an attempt. */
  void assertRefused(Response response) {
    assertThat(response.status()).as(response.body()).isEqualTo(429);
    assertThat(Integer.parseInt(response.header("Retry-After"))).isBetween(1, 60);
    assertThat(response.body()).containsAnyOf("slow_down", "kc-rate-limited", "TOOMANYREQUESTS");
  }

  /**
   * Whether the attempts leave the window of the address alone: user codes, for any page can have
   * its visitors' browsers send some (M3), and what a known device asks for (L2).
   */
  boolean hasAWindowOfItsOwn() {
    return this == DEVICE_USER_CODE || this == DEVICE_USER_CODE_LINK;
  }

  /** An attempt from an address, to be made as often as wanted. */
  abstract Supplier<Response> from(LimitedServer server, String address);

  /** Makes what the paths need beyond the realm {@code limits}. */
  static void prepare(LimitedServer server) {
    Flows flows = new Flows(server.admin());
    flows.browser("two-steps", "auth-username-form", "auth-password-form");
    flows.browser("recovery", "auth-username-password-form", "auth-recovery-authn-code-form");
    flows.browser("conditional-code", "auth-username-password-form", "auth-conditional-otp-form");
    flows.grant("basic", "http-basic-authenticator");
    server.newClient(Map.of("clientId", "registry", "protocol", "docker-v2"));
    server.newClient(
        Map.of(
            "clientId",
            SERVICE_PROVIDER,
            "protocol",
            "saml",
            "redirectUris",
            List.of(SERVICE_PROVIDER + "/*"),
            "attributes",
            Map.of("saml.allow.ecp.flow", "true", "saml.client.signature", "false")));
    identityProvider(server);
    server.admin().delete("/realms/organizations");
    server
        .admin()
        .makeRealm(
            """
            {"realm": "organizations", "enabled": true, "sslRequired": "none",
             "organizationsEnabled": true,
             "clients": [{"clientId": "cli", "publicClient": true,
                          "redirectUris": ["http://127.0.0.1/*"]}]}
            """);
    server
        .admin()
        .post(
            "/realms/organizations/organizations",
            """
            {"name": "acme", "alias": "acme", "domains": [{"name": "acme.test"}]}
            """)
        .expect(201);
  }

  /** Another realm of the same server. */
  private static void identityProvider(LimitedServer server) {
    server.admin().delete("/realms/" + PROVIDER);
    server
        .admin()
        .makeRealm(
            Json.of(
                Map.of(
                    "realm",
                    PROVIDER,
                    "enabled",
                    true,
                    "sslRequired",
                    "none",
                    "clients",
                    List.of(
                        Map.of(
                            "clientId",
                            "relay",
                            "secret",
                            LimitedServer.CLIENT_SECRET,
                            "redirectUris",
                            List.of(server.realmUrl() + "/*"))))));
    Realm provider = new Realm(server.url(), PROVIDER);
    server
        .admin()
        .post(
            "/realms/limits/identity-provider/instances",
            Json.of(
                Map.of(
                    "alias",
                    PROVIDER,
                    "providerId",
                    "oidc",
                    "enabled",
                    true,
                    "config",
                    Map.of(
                        "clientId",
                        "relay",
                        "clientSecret",
                        LimitedServer.CLIENT_SECRET,
                        "clientAuthMethod",
                        "client_secret_post",
                        "authorizationUrl",
                        provider.endpoint("auth"),
                        "tokenUrl",
                        provider.endpoint("token"),
                        "userInfoUrl",
                        provider.endpoint("userinfo"),
                        "jwksUrl",
                        provider.endpoint("certs"),
                        "issuer",
                        provider.url(),
                        "validateSignature",
                        "true",
                        "useJwksUrl",
                        "true"))))
        .expect(201);
  }

  private static String samlRequest() {
    return """
        <S:Envelope xmlns:S="http://schemas.xmlsoap.org/soap/envelope/"><S:Body>
        <samlp:AuthnRequest xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol"
          xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion" ID="_%1$s" Version="2.0"
          IssueInstant="%2$s" AssertionConsumerServiceURL="%3$s/acs"
          ProtocolBinding="urn:oasis:names:tc:SAML:2.0:bindings:PAOS">
        <saml:Issuer>%3$s</saml:Issuer></samlp:AuthnRequest></S:Body></S:Envelope>
        """
        .formatted(
            UUID.randomUUID(), Instant.now().truncatedTo(ChronoUnit.SECONDS), SERVICE_PROVIDER);
  }

  /** The form is sent from another address, so that what is seen is the refreshed page. */
  static Supplier<Response> refreshedReset(LimitedServer server, String address, String name) {
    Visitor visitor = server.visitor(LimitedServer.newAddress());
    String reset = visitor.reset("cli");
    visitor.submit(visitor.open(reset), Map.of("username", name)).expect(200);
    Visitor moved = visitor.at(address);
    return () -> moved.open(reset);
  }

  private static Response signIn(Visitor visitor, String clientId, String user) {
    return visitor
        .submit(visitor.login(clientId), Map.of("username", user, "password", PASSWORD))
        .expect(200);
  }

  static Map<String, Object> withCode() {
    return withSecond(
        Map.of(
            "type",
            "otp",
            "secretData",
            Json.object("value", "a-secret-of-20-bytes"),
            "credentialData",
            """
            {"subType":"totp","digits":6,"counter":0,"period":30,"algorithm":"HmacSHA1"}
            """));
  }

  private static Map<String, Object> withRecoveryCodes() {
    return withSecond(
        Map.of(
            "type",
            "recovery-authn-codes",
            "secretData",
            Json.object(
                "codes", List.of(Map.of("number", 1, "encodedHashedValue", "bm8gc3VjaCBjb2Rl"))),
            "credentialData",
            Json.object("algorithm", "SHA-512", "remaining", 1, "total", 1)));
  }

  private static Map<String, Object> withSecond(Map<String, String> credential) {
    Map<String, String> password = Map.of("type", "password", "value", PASSWORD);
    return Map.of("credentials", List.of(password, credential));
  }

  /** A form that is sent again and again, as its page comes back. */
  private static final class Form {
    private final Visitor visitor;
    private Response page;

    Form(Visitor visitor, Response page) {
      this.visitor = visitor;
      this.page = page.expect(200);
    }

    Response send(Map<String, String> fields) {
      Response answer = visitor.submit(page, fields);
      // The page that refuses leads back to the form.
      page = answer.status() == 200 ? answer : visitor.open(Visitor.retryLink(answer)).expect(200);
      return answer;
    }
  }
}
