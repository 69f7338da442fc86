package dev.bulwark.revocation.ledger;

import dev.bulwark.revocation.rules.EndedSession;
import dev.bulwark.revocation.rules.SessionClock;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/** The rows of one answer about sessions, by their range. Not thread-safe. */
final class FoundRows {

  private final List<SessionRange> ranges;
  private final List<List<EndedSession>> sessions = new ArrayList<>();
  private final List<SessionRange> following;
  private final int[] read;

  FoundRows(List<SessionRange> ranges) {
    this.ranges = ranges;
    this.following = new ArrayList<>(ranges);
    this.read = new int[ranges.size()];
    ranges.forEach(range -> sessions.add(new ArrayList<>()));
  }

  void add(ResultSet row, int number) throws SQLException {
    SessionRange range = ranges.get(number);
    String id = row.getString("USER_SESSION_ID");
    if (row.getInt("REMEMBERED") == number(range.kind().isRemembered())) {
      long startedAt = range.restarted() ? row.getLong("STARTED_AT") : SessionClock.ALL;
      sessions
          .get(number)
          .add(new EndedSession(id, range.kind().isOffline(), range.cause(), startedAt));
    }
    read[number]++;
    following.set(number, range.following(row.getLong("MOMENT"), id));
  }

  /** What was found, if so many rows of a range are a full page. */
  List<FoundSessions> found(int full) {
    List<FoundSessions> found = new ArrayList<>();
    for (int i = 0; i < read.length; i++) {
      found.add(
          new FoundSessions(
              ranges.get(i), sessions.get(i), read[i] == full ? following.get(i) : null));
    }
    return found;
  }

  /** How the statements write it. */
  static int number(boolean remembered) {
    return remembered ? 1 : 0;
  }
}
