package dev.bulwark.revocation.judgement;

import dev.bulwark.revocation.rules.LedgerToken;
import dev.bulwark.revocation.rules.SessionType;
import dev.bulwark.revocation.verify.KeycloakTokenOracle;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.keycloak.connections.jpa.JpaConnectionProvider;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.KeycloakSessionFactory;
import org.keycloak.models.utils.KeycloakModelUtils;

/** Tells a test what the judge says of tokens. */
public final class JudgementResource {

  private static final String ROW =
      "SELECT JTI, SESSION_TYPE, REALM_ID, USER_ID, CLIENT_ID, SESSION_ID, API_KEY_ID, ISSUED_AT,"
          + " EXPIRES_AT, ISSUED_FOR, ISSUER, SIGNING_KEY FROM BULWARK_TOKEN WHERE JTI = ?1";

  /** The ledger forgets a revoked token; what it knew is judged on. */
  private static final Map<String, LedgerToken> ROWS = new ConcurrentHashMap<>();

  /** As in the bundle, a thread without the transaction of a request. */
  private static final ExecutorService THREAD = Executors.newCachedThreadPool();

  private final KeycloakSessionFactory factory;

  JudgementResource(KeycloakSession session) {
    this.factory = session.getKeycloakSessionFactory();
  }

  /**
   * Returns the jtis of those that are dead.
   *
   * @param jtis of issued tokens, a line each
   */
  @POST
  @Produces(MediaType.TEXT_PLAIN)
  public String dead(String jtis) {
    return CompletableFuture.supplyAsync(
            () -> {
              List<LedgerToken> tokens =
                  jtis.lines().map(jti -> ROWS.computeIfAbsent(jti, this::row)).toList();
              return new KeycloakTokenOracle(factory, true)
                  .dead(tokens).stream().map(LedgerToken::jti).collect(Collectors.joining("\n"));
            },
            THREAD)
        .join();
  }

  private LedgerToken row(String jti) {
    return KeycloakModelUtils.runJobInTransactionWithResult(
        factory,
        reading -> {
          Object[] row =
              (Object[])
                  reading
                      .getProvider(JpaConnectionProvider.class)
                      .getEntityManager()
                      .createNativeQuery(ROW)
                      .setParameter(1, jti)
                      .getSingleResult();
          return new LedgerToken(
              jti,
              SessionType.ofCode((String) row[1]),
              (String) row[2],
              (String) row[3],
              (String) row[4],
              (String) row[5],
              (String) row[6],
              ((Number) row[7]).longValue(),
              ((Number) row[8]).longValue(),
              number(row[9]),
              number(row[10]),
              number(row[11]));
        });
  }

  private static @Nullable Long number(@Nullable Object value) {
    return value == null ? null : ((Number) value).longValue();
  }
}
