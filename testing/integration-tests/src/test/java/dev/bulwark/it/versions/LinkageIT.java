package dev.bulwark.it.versions;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.bulwark.it.support.Repository;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * B7: whatever the bundle's classes refer to is there in each Keycloak of the list, except in
 * classes that look for the feature first ({@code KeycloakFeature}).
 */
class LinkageIT {

  private static final Path JARS =
      Repository.root().resolve("testing/integration-tests/target/keycloak");

  /**
   * Classes that may refer to what an earlier Keycloak lacks, and why they never reach it there. On
   * the version that the bundle is compiled against nothing may be missing.
   */
  private static final List<String> GUARDED =
      List.of(
          // Keys are not exchanged (KeyTokens), so the grant is not registered.
          "apikey/grant/ApiKeyGrantType ",
          // Factories of an SPI that the server does not have: it does not load them.
          "apikey/grant/KeyTokenExchangeGuard ",
          "apikey/grant/KeyTokenExchangeGuardFactory ",
          "revocation/TokenLedgerProvider ",
          "revocation/TokenLedgerProviderFactory ",
          "statuslist/StatusClaimProvider ",
          "statuslist/StatusClaimProviderFactory ",
          // The revocation is off (RevocationListenerProviderFactory): none of these is made.
          "revocation/EndingLedger ",
          "revocation/KeycloakEventContext ",
          "revocation/RevocationService ",
          "revocation/events/ModelEventEndings ",
          "revocation/events/UserEventEndings$1 ",
          "revocation/verify/KeycloakTokenOracle ",
          "revocation/verify/RealmIssuers ",
          "revocation/verify/SessionlessTokens ",
          "revocation/verify/TokenJudge ",
          // Notices are not stored (BackchannelLogoutProviderFactory): none of these is made.
          "backchannel/delivery/DeliveryRound ",
          "backchannel/search/ExpirySearch ",
          "backchannel/search/SessionKind ",
          // The endpoint has no resource (GlobalRevocationProviderFactory).
          "globalrevocation/IssuerCallers ",
          // Look for the feature.
          "apikey/provider/DefaultApiKeyProviderFactory "
              + "org/keycloak/services/resources/ShutdownDelayInitiatedEvent",
          "apikey/rest/TokenOrigins org/keycloak/services/cors/Cors.checkAllowedOrigins(",
          "realm/PinnedX509ClientAuthenticator "
              + "org/keycloak/truststore/TruststoreProvider.getHttps",
          // Called by a Keycloak that has the method with categories only.
          "ratelimit/lockout/StrangersLockout "
              + "org/keycloak/services/managers/BruteForceProtector.failedLogin(",
          "ratelimit/lockout/StrangersLockout "
              + "org/keycloak/services/managers/BruteForceProtector.successfulLogin(",
          // Constants of a switch: Java's own code expects that one may be missing.
          "realm/profile/AddressValidator$1 org/keycloak/userprofile/UserProfileContext.");

  /**
   * The distribution with all that Keycloak has; {@code testing/integration-tests/matrix} runs
   * others.
   */
  @Test
  void nothingIsMissingThatIsReached() throws IOException {
    check(Linkage.read(), ThisKeycloak.isComplete());
  }

  /** Other versions of the list, by the jars that the pom copies: a commit cannot break one. */
  @ParameterizedTest
  @MethodSource
  void norInAnotherVersionOfTheList(String version) throws IOException {
    check(Linkage.read(JARS.resolve(version)), ThisKeycloak.isComplete(version));
  }

  static List<String> norInAnotherVersionOfTheList() throws IOException {
    try (Stream<Path> versions = Files.list(JARS)) {
      return versions.map(version -> version.getFileName().toString()).sorted().toList();
    }
  }

  @Test
  void theOtherVersionsAreThoseOfTheList() throws IOException {
    JsonNode list = new ObjectMapper().readTree(Repository.text("config/keycloak-versions.json"));
    assertThat(norInAnotherVersionOfTheList())
        .containsExactlyInAnyOrderElementsOf(
            Stream.of("partial", "runtime")
                .flatMap(kind -> list.get(kind).valueStream())
                .map(JsonNode::asText)
                .filter(version -> !version.equals(list.get("compile").asText()))
                .toList());
  }

  private static void check(Linkage linkage, boolean isComplete) {
    List<String> missing = List.copyOf(linkage.missing());
    if (isComplete) {
      assertThat(missing).isEmpty();
    } else {
      assertThat(missing).isNotEmpty();
      assertThat(missing.stream().filter(Predicate.not(LinkageIT::isGuarded))).isEmpty();
    }
  }

  /**
   * Features that Keycloak 27 removes (keycloak#52131, #52122, #43180). A reference to a constant
   * that is gone would stop the start, so they are asked for by name.
   */
  @ParameterizedTest
  @ValueSource(strings = {"CLUSTERLESS", "PERSISTENT_USER_SESSIONS", "TOKEN_EXCHANGE"})
  void nothingRefersToAFeatureThatIsGoingAway(String feature) throws IOException {
    assertThat(Linkage.read().usersOf("org/keycloak/common/Profile$Feature." + feature)).isEmpty();
  }

  private static boolean isGuarded(String reference) {
    return GUARDED.stream().anyMatch(reference::startsWith);
  }
}
