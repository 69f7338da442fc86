package dev.bulwark.revocation.ledger;

import dev.bulwark.revocation.rules.RevokedToken;
import dev.bulwark.revocation.sql.Chunks;
import dev.bulwark.revocation.sql.SqlDialect;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;

/**
 * Tables BULWARK_SITE and BULWARK_REVOKED_SITE: the sites that have a Redis of their own, and which
 * revoked tokens each of these holds. A revoked token has a row for every site; the site without a
 * name has its state in {@link RevokedTable}.
 */
public final class SiteTable {

  static final String SITES = "BULWARK_SITE";
  static final String NAME = "BULWARK_REVOKED_SITE";

  private static final int CHUNK = 500;
  private static final List<String> COLUMNS =
      List.of("SITE", "JTI", "EXPIRES_AT", "EPOCH", "REVOKED_AT");
  private static final List<String> KEY = List.of("SITE", "JTI");

  private final SqlDialect dialect;
  private final String sites;
  private final String table;
  private final String revokedTable;

  SiteTable(SqlDialect dialect, String schema) {
    this.dialect = dialect;
    this.sites = schema + SITES;
    this.table = schema + NAME;
    this.revokedTable = schema + RevokedTable.NAME;
  }

  /** Returns when each site was last seen, milliseconds since 1970. */
  public Map<String, Long> seen(Connection connection) throws SQLException {
    try (PreparedStatement statement =
            connection.prepareStatement("SELECT NAME, SEEN_AT FROM " + sites);
        ResultSet rows = statement.executeQuery()) {
      Map<String, Long> seen = new HashMap<>();
      while (rows.next()) {
        seen.put(rows.getString(1), rows.getLong(2));
      }
      return seen;
    }
  }

  /**
   * Notes that a site has a node.
   *
   * @param now milliseconds since 1970
   */
  public void see(Connection connection, String site, long now) throws SQLException {
    try (PreparedStatement statement =
        connection.prepareStatement(
            dialect.insertNew(sites, List.of("NAME", "SEEN_AT"), List.of("NAME"), 1))) {
      statement.setString(1, site);
      statement.setLong(2, now);
      statement.executeUpdate();
    }
    try (PreparedStatement statement =
        connection.prepareStatement("UPDATE " + sites + " SET SEEN_AT = ? WHERE NAME = ?")) {
      statement.setLong(1, now);
      statement.setString(2, site);
      statement.executeUpdate();
    }
  }

  /**
   * Inserts rows of a site; those that exist are left alone.
   *
   * @param now milliseconds since 1970
   */
  public void insert(
      Connection connection, String site, Collection<RevokedToken> tokens, String epoch, long now)
      throws SQLException {
    for (List<RevokedToken> chunk : Chunks.of(sorted(tokens), CHUNK)) {
      try (PreparedStatement statement =
          connection.prepareStatement(dialect.insertNew(table, COLUMNS, KEY, chunk.size()))) {
        int parameter = 1;
        for (RevokedToken token : chunk) {
          statement.setString(parameter++, site);
          statement.setString(parameter++, token.jti());
          statement.setLong(parameter++, token.expiresAt());
          statement.setString(parameter++, epoch);
          statement.setLong(parameter++, now);
        }
        statement.executeUpdate();
      }
    }
  }

  /**
   * Returns live revoked tokens without a row of a site.
   *
   * @param now seconds since 1970
   */
  public List<RevokedToken> missing(Connection connection, String site, long now, int limit)
      throws SQLException {
    try (PreparedStatement statement =
        connection.prepareStatement(
            "SELECT r.JTI, r.EXPIRES_AT FROM "
                + revokedTable
                + " r WHERE r.EXPIRES_AT > ? AND NOT EXISTS (SELECT 1 FROM "
                + table
                + " s WHERE s.SITE = ? AND s.JTI = r.JTI) LIMIT "
                + limit)) {
      statement.setLong(1, now);
      statement.setString(2, site);
      return RevokedTable.read(statement);
    }
  }

  /**
   * Deletes some of what expired before a time, seconds since 1970; returns the number of rows.
   * Fewer than {@link SqlDialect#DELETES} means that nothing is left.
   */
  public int deleteExpired(Connection connection, long before) throws SQLException {
    return dialect.deleteExpired(connection, table, before);
  }

  /** Returns the state of a site with a name. */
  PushState of(String site) {
    return new OfSite(site);
  }

  /** In one order, so that two nodes do not wait for each other. */
  private static List<RevokedToken> sorted(Collection<RevokedToken> tokens) {
    List<RevokedToken> sorted = new ArrayList<>(tokens);
    sorted.sort(Comparator.comparing(RevokedToken::jti));
    return sorted;
  }

  private final class OfSite implements PushState {

    private final String site;

    OfSite(String site) {
      this.site = site;
    }

    @Override
    public List<RevokedToken> pending(
        Connection connection, SortedSet<String> epochs, long now, int limit) throws SQLException {
      try (PreparedStatement statement =
          connection.prepareStatement(
              "SELECT JTI, EXPIRES_AT FROM " + table + where(epochs) + " LIMIT " + limit)) {
        bind(statement, epochs, now);
        return RevokedTable.read(statement);
      }
    }

    @Override
    public Backlog backlog(Connection connection, SortedSet<String> epochs, long now)
        throws SQLException {
      try (PreparedStatement statement =
          connection.prepareStatement(
              "SELECT COUNT(*), MIN(REVOKED_AT) FROM " + table + where(epochs))) {
        bind(statement, epochs, now);
        try (ResultSet rows = statement.executeQuery()) {
          rows.next();
          return new Backlog(rows.getLong(1), rows.getLong(2));
        }
      }
    }

    private static String where(SortedSet<String> epochs) {
      return " WHERE SITE = ? AND (" + RevokedTable.outside(epochs.size()) + ") AND EXPIRES_AT > ?";
    }

    private void bind(PreparedStatement statement, SortedSet<String> epochs, long now)
        throws SQLException {
      statement.setString(1, site);
      statement.setLong(RevokedTable.bindOutside(statement, 2, epochs), now);
    }

    @Override
    public void markPushed(Connection connection, Collection<RevokedToken> tokens, String epoch)
        throws SQLException {
      for (List<RevokedToken> chunk : Chunks.of(sorted(tokens), CHUNK)) {
        try (PreparedStatement statement =
            connection.prepareStatement(
                "UPDATE "
                    + table
                    + " SET EPOCH = ? WHERE SITE = ? AND JTI IN ("
                    + SqlDialect.parameters(chunk.size())
                    + ")")) {
          int parameter = 1;
          statement.setString(parameter++, epoch);
          statement.setString(parameter++, site);
          for (RevokedToken token : chunk) {
            statement.setString(parameter++, token.jti());
          }
          statement.executeUpdate();
        }
      }
    }
  }
}
