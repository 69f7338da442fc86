package dev.bulwark.apikey.bulk;

import dev.bulwark.apikey.key.OwnerType;
import dev.bulwark.apikey.manage.AdoptedKey;
import dev.bulwark.apikey.manage.ApiKey;
import dev.bulwark.apikey.manage.ApiKeyException;
import dev.bulwark.apikey.manage.ApiKeyManager;
import dev.bulwark.apikey.manage.KeyOwner;
import dev.bulwark.apikey.provider.ApiKeyProvider;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;
import org.keycloak.models.ClientModel;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.ModelDuplicateException;
import org.keycloak.models.RealmModel;
import org.keycloak.models.UserModel;
import org.keycloak.models.utils.KeycloakModelUtils;

/**
 * Imports keys row by row as they arrive, some rows in one transaction. A rejected row does not
 * affect the others; sending the same rows again changes nothing. Not for use by several threads.
 */
public final class KeyImport {

  /** Most rows of one request. */
  public static final int MAX_ROWS = 10_000;

  private static final Logger LOG = Logger.getLogger(KeyImport.class);
  private static final int BATCH = 50;

  /** A user store that is unreachable may take long to fail, for each of its users. */
  private static final int MAX_FAILURES = 50;

  private final KeycloakSession session;
  private final RealmModel realm;
  private final Permission permission;
  private final Grant grant;
  private final Journal journal;

  /** Ids of the owners who have a key of this import that is committed. */
  private final Set<String> owners = new HashSet<>();

  private final List<ImportReport.RowError> errors = new ArrayList<>();
  private int rows;
  private int created;
  private int unchanged;
  private int failures;

  /** Whether the caller may manage the keys of an owner. */
  @FunctionalInterface
  public interface Permission {
    boolean isGiven(KeyOwner owner);
  }

  /** Whether the caller may give scopes to a key of an owner whose keys it may manage. */
  @FunctionalInterface
  public interface Grant {
    /** Throws an {@link ApiKeyException} if not. */
    void require(KeyOwner owner, Collection<String> scopes);
  }

  /** Notes a key that was created, in the transaction of the session given. */
  @FunctionalInterface
  public interface Journal {
    /**
     * Notes it.
     *
     * @param isFirst whether it is the first of its owner in this import
     */
    void created(KeycloakSession session, ApiKey key, boolean isFirst);
  }

  public KeyImport(
      KeycloakSession session,
      RealmModel realm,
      Permission permission,
      Grant grant,
      Journal journal) {
    this.session = session;
    this.realm = realm;
    this.permission = permission;
    this.grant = grant;
    this.journal = journal;
  }

  /** An import that ends before its last row; the rows until then are imported. */
  public abstract static class StoppedException extends Exception {

    private static final long serialVersionUID = 1L;

    private final transient ImportReport report;

    private StoppedException(ImportReport report) {
      this.report = report;
    }

    /** The result of the rows until then. */
    public ImportReport report() {
      return report;
    }
  }

  /** The request has more rows than are allowed. */
  public static final class TooManyRowsException extends StoppedException {

    private static final long serialVersionUID = 1L;

    private TooManyRowsException(ImportReport report) {
      super(report);
    }
  }

  /** Too many rows could not be stored, and more follow. */
  public static final class UnavailableException extends StoppedException {

    private static final long serialVersionUID = 1L;

    private UnavailableException(ImportReport report) {
      super(report);
    }
  }

  private record Resolved(int number, OwnerType type, String ownerId, ImportRow row) {}

  /**
   * Reads and imports all rows.
   *
   * @throws IOException when the body breaks off; rows read before are imported
   * @throws TooManyRowsException when there are more than {@value #MAX_ROWS}
   * @throws UnavailableException when {@value #MAX_FAILURES} rows could not be stored, and more
   *     follow
   */
  public ImportReport run(InputStream body)
      throws IOException, TooManyRowsException, UnavailableException {
    RowLines lines = new RowLines(body);
    List<Resolved> batch = new ArrayList<>();
    RowLines.Line line = lines.next();
    while (line != null && rows < MAX_ROWS && failures < MAX_FAILURES) {
      rows++;
      resolve(line).ifPresent(batch::add);
      if (batch.size() == BATCH) {
        store(batch);
        batch.clear();
      }
      line = lines.next();
    }
    store(batch);
    errors.sort(Comparator.comparingInt(ImportReport.RowError::row));
    ImportReport report =
        new ImportReport(rows, created, unchanged, errors.size(), List.copyOf(errors));
    if (line != null) {
      if (rows == MAX_ROWS) {
        throw new TooManyRowsException(report);
      }
      throw new UnavailableException(report);
    }
    return report;
  }

  private Optional<Resolved> resolve(RowLines.Line line) {
    try {
      String text = line.text();
      if (text == null) {
        throw RejectedRowException.invalid(
            "longer than " + RowLines.MAX_LINE + " bytes, or not UTF-8");
      }
      ImportRow row = ImportRow.parse(text);
      KeyOwner owner = find(row.owner());
      if (owner == null || !permission.isGiven(owner)) {
        // The same for both: who may not see an owner does not learn that there is one.
        throw new RejectedRowException(
            "not_found", "There is no such owner, or you may not manage its keys");
      }
      grant.require(owner, row.key().data().scopes());
      return Optional.of(new Resolved(line.number(), owner.type(), owner.id(), row));
    } catch (RejectedRowException e) {
      errors.add(new ImportReport.RowError(line.number(), e.error(), e.detail()));
      return Optional.empty();
    } catch (RuntimeException e) {
      // Its user store may be unreachable: rows of other owners can go on.
      errors.add(failed(line.number(), e));
      return Optional.empty();
    }
  }

  private @Nullable KeyOwner find(OwnerName name) {
    if (name.byId()) {
      return session
          .getProvider(ApiKeyProvider.class)
          .manager(realm)
          .owner(name.type(), name.text())
          .orElse(null);
    }
    if (name.type() == OwnerType.USER) {
      UserModel user = session.users().getUserByUsername(realm, name.text());
      return user == null ? null : new KeyOwner.User(user);
    }
    ClientModel client = realm.getClientByClientId(name.text());
    return client == null ? null : new KeyOwner.Client(client);
  }

  private record Outcome(@Nullable ApiKey created, ImportReport.@Nullable RowError error) {}

  private void store(List<Resolved> batch) {
    if (batch.isEmpty()) {
      return;
    }
    List<Resolved> work = List.copyOf(batch);
    List<Outcome> outcomes;
    try {
      outcomes =
          KeycloakModelUtils.runJobInTransactionWithResult(
              session.getKeycloakSessionFactory(),
              session.getContext(),
              inner -> adopt(inner, work),
              "import of API keys");
    } catch (RuntimeException e) {
      if (work.size() > 1) {
        // One of them ran into another change: alone, it stops no other.
        work.forEach(one -> store(List.of(one)));
        return;
      }
      outcomes = List.of(new Outcome(null, failed(work.get(0).number(), e)));
    }
    for (Outcome outcome : outcomes) {
      if (outcome.error() != null) {
        errors.add(outcome.error());
      } else if (outcome.created() != null) {
        created++;
        owners.add(outcome.created().owner().id());
      } else {
        unchanged++;
      }
    }
  }

  private List<Outcome> adopt(KeycloakSession inner, List<Resolved> work) {
    RealmModel same = inner.realms().getRealm(realm.getId());
    inner.getContext().setRealm(same);
    ApiKeyManager manager = inner.getProvider(ApiKeyProvider.class).manager(same);
    Set<String> seen = new HashSet<>(owners);
    List<Outcome> outcomes = new ArrayList<>();
    for (Resolved row : work) {
      Outcome outcome = adopt(manager, row);
      if (outcome.created() != null) {
        journal.created(inner, outcome.created(), seen.add(row.ownerId()));
      }
      outcomes.add(outcome);
    }
    return outcomes;
  }

  private static Outcome adopt(ApiKeyManager manager, Resolved row) {
    try {
      KeyOwner owner =
          manager
              .owner(row.type(), row.ownerId())
              .orElseThrow(
                  () ->
                      new ApiKeyException(
                          ApiKeyException.Kind.NOT_FOUND, "The owner no longer exists"));
      AdoptedKey adopted = manager.adopt(owner, row.row().key());
      return new Outcome(adopted.created() ? adopted.key() : null, null);
    } catch (ApiKeyException e) {
      if (e.kind() == ApiKeyException.Kind.BUSY) {
        // The database may have rolled back the rows before it, too.
        throw e;
      }
      // Thrown by a check, before anything is written: the rows beside it can go on.
      return new Outcome(null, rejected(row.number(), e));
    }
  }

  private static ImportReport.RowError rejected(int row, ApiKeyException e) {
    return new ImportReport.RowError(row, e.kind().name().toLowerCase(Locale.ROOT), e.detail());
  }

  /** One line a run: an unreachable user store fails for many rows. */
  private ImportReport.RowError failed(int row, RuntimeException e) {
    if (e instanceof ApiKeyException busy) {
      return rejected(row, busy);
    }
    if (e instanceof ModelDuplicateException) {
      return new ImportReport.RowError(
          row, "conflict", "Another key has this hash, or another request has just stored it");
    }
    if (failures++ == 0) {
      LOG.warnf("Row %d of an import of API keys could not be stored: %s", row, e.getMessage());
    }
    LOG.debugf(e, "Row %d of an import of API keys could not be stored", row);
    return new ImportReport.RowError(
        row, "server_error", "could not be stored; the server's log says why");
  }
}
