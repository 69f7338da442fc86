package dev.bulwark.statuslist;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.bulwark.contract.WorkerThreads;
import dev.bulwark.statuslist.store.IndexOrder;
import dev.bulwark.statuslist.store.IndexSupply;
import dev.bulwark.statuslist.store.RevokedBits;
import dev.bulwark.statuslist.store.StatusDatabase;
import dev.bulwark.statuslist.store.StatusLists;
import dev.bulwark.statuslist.store.StatusLists.State;
import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.keycloak.crypto.Algorithm;
import org.keycloak.crypto.SignatureProvider;
import org.keycloak.crypto.SignatureSignerContext;
import org.keycloak.jose.jws.JWSBuilder;
import org.keycloak.models.KeycloakSession;
import org.keycloak.services.Urls;

/** The running parts: the supply of places, the lists, and their signatures. Thread-safe. */
final class TokenStatus implements AutoCloseable {

  private static final String TYPE = "statuslist+jwt";

  /** A host name that a client makes up has an entry too. */
  private static final int MAX_ENTRIES = 500;

  private static final Duration MAX_IDLE = Duration.ofMinutes(2);

  private final TokenStatusConfig config;
  private final StatusDatabase database;
  private final Clock clock;
  private final IndexSupply supply;
  private final StatusLists lists;
  private final ListClaims claims;
  private final StatusListMetrics metrics;
  private final SignedLists signed = new SignedLists();
  private final Cache<String, String> issuers =
      Caffeine.newBuilder().maximumSize(MAX_ENTRIES).expireAfterAccess(MAX_IDLE).build();
  private final Cache<String, IndexOrder> orders =
      Caffeine.newBuilder().maximumSize(MAX_ENTRIES).expireAfterAccess(MAX_IDLE).build();

  /** With its collaborators; closes the database and the meters. */
  TokenStatus(
      TokenStatusConfig config, StatusDatabase database, Clock clock, StatusListMetrics metrics) {
    this.config = config;
    this.database = database;
    this.clock = clock;
    this.supply = new IndexSupply(database, config.window().toSeconds(), clock);
    this.lists = new StatusLists(database, clock, WorkerThreads.ofServer().lists());
    this.claims = ListClaims.of(config);
    this.metrics = metrics;
  }

  IndexSupply supply() {
    return supply;
  }

  StatusLists lists() {
    return lists;
  }

  StatusListMetrics metrics() {
    return metrics;
  }

  long ttlSeconds() {
    return config.ttl().toSeconds();
  }

  /** Returns how long a cache may keep a list, in seconds: not beyond {@code exp}. */
  long maxAgeSeconds(SignedList list) {
    return claims.maxAge(list.issuedAt(), clock.millis());
  }

  boolean hasAggregation() {
    return config.aggregation();
  }

  /** Returns the address of the lists of the request's realm, which no slash ends. */
  String base(KeycloakSession session) {
    return issuer(session) + '/' + TokenStatusProviderFactory.ID;
  }

  /** Returns the address of a list. */
  String uri(KeycloakSession session, String list) {
    return base(session) + '/' + list;
  }

  /** Kept, since each token has it and Keycloak composes it from templates each time. */
  private String issuer(KeycloakSession session) {
    URI base = session.getContext().getUri().getBaseUri();
    String realm = session.getContext().getRealm().getName();
    // A text is compared faster than a URI, and a URI has no blank.
    return issuers.get(base.toString() + ' ' + realm, site -> Urls.realmIssuer(base, realm));
  }

  /**
   * Returns a list with its signature, which is made once for each state of the list and period.
   *
   * @return empty if the list is not known to be complete as of late
   */
  Optional<SignedList> sign(KeycloakSession session, State state) {
    long issuedAt = claims.issuedAt(state.completeUntil());
    long now = clock.millis();
    if (claims.expiresAt(issuedAt) <= Math.floorDiv(now, 1000L)) {
      return Optional.empty();
    }
    metrics.served(now - state.completeUntil());
    RevokedBits bits = state.bits();
    String uri = uri(session, bits.list().id());
    return Optional.of(
        signed.get(
            uri,
            bits,
            issuedAt,
            (latest, time) -> metrics.rebuilt(() -> jwt(session, latest, uri, time))));
  }

  private SignedList jwt(KeycloakSession session, RevokedBits bits, String uri, long issuedAt) {
    Map<String, Object> content =
        claims.of(bits, order(bits), issuer(session), uri, aggregation(session), issuedAt);
    return new SignedList(
        bits, issuedAt, new JWSBuilder().type(TYPE).jsonContent(content).sign(signer(session)));
  }

  private IndexOrder order(RevokedBits bits) {
    return orders.get(bits.list().secret(), IndexOrder::new);
  }

  private @Nullable String aggregation(KeycloakSession session) {
    return config.aggregation() ? base(session) : null;
  }

  private static SignatureSignerContext signer(KeycloakSession session) {
    return session.getProvider(SignatureProvider.class, algorithm(session)).signer();
  }

  /** The realm's own algorithm; the draft asks for an asymmetric one. */
  private static String algorithm(KeycloakSession session) {
    String own = session.getContext().getRealm().getDefaultSignatureAlgorithm();
    SignatureProvider provider =
        own == null ? null : session.getProvider(SignatureProvider.class, own);
    return own != null && provider != null && provider.isAsymmetricAlgorithm()
        ? own
        : Algorithm.RS256;
  }

  @Override
  public void close() {
    database.close();
    metrics.close();
  }
}
