package dev.bulwark.revocation.ledger;

import dev.bulwark.revocation.rules.LedgerToken;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A row of the ledger: one token, or some that differ by their jti alone. A service that asks for
 * many tokens gets hundreds that are equal but for that, and a row costs PostgreSQL more than all
 * else that a token costs it.
 *
 * <p>The row has the greatest jti in its key, so that a page that ends with a row ends with its
 * last token.
 *
 * @param token the token with the greatest jti
 * @param others the other jtis in ascending order, with a blank between them; null if there are
 *     none, at most {@value #MAX_OTHERS} characters
 */
record TokenRow(LedgerToken token, @Nullable String others) {

  /** As the column has. With more, PostgreSQL would compress the row, or store it elsewhere. */
  static final int MAX_OTHERS = 1_500;

  private static final String SEPARATOR = " ";
  private static final Comparator<LedgerToken> BY_JTI = Comparator.comparing(LedgerToken::jti);

  /** A row for each token. */
  static List<TokenRow> single(List<LedgerToken> tokens) {
    return tokens.stream().map(token -> new TokenRow(token, null)).toList();
  }

  /** As few rows as possible, in the order of the first tokens. */
  static List<TokenRow> shared(List<LedgerToken> tokens) {
    Map<LedgerToken, List<LedgerToken>> equals = new HashMap<>();
    List<TokenRow> rows = new ArrayList<>();
    for (LedgerToken token : tokens) {
      if (canShare(token)) {
        equals.computeIfAbsent(token.withJti(""), key -> new ArrayList<>()).add(token);
      } else {
        rows.add(new TokenRow(token, null));
      }
    }
    equals.values().forEach(group -> pack(group, rows));
    return rows;
  }

  /**
   * Whether a token can share its row. Tokens of a session or an API key end one session or key at
   * a time, and their rows are deleted then.
   */
  private static boolean canShare(LedgerToken token) {
    return token.sessionId() == null
        && token.apiKeyId() == null
        && !token.jti().contains(SEPARATOR);
  }

  private static void pack(List<LedgerToken> group, List<TokenRow> rows) {
    StringBuilder others = new StringBuilder();
    @Nullable LedgerToken last = null;
    for (LedgerToken token : group.stream().sorted(BY_JTI).toList()) {
      if (last != null && others.length() + 1 + last.jti().length() > MAX_OTHERS) {
        rows.add(row(last, others));
        others.setLength(0);
        last = null;
      }
      if (last != null) {
        others.append(others.isEmpty() ? "" : SEPARATOR).append(last.jti());
      }
      last = token;
    }
    if (last != null) {
      rows.add(row(last, others));
    }
  }

  private static TokenRow row(LedgerToken last, StringBuilder others) {
    return new TokenRow(last, others.isEmpty() ? null : others.toString());
  }

  /** Whether it has more than one token. */
  boolean isShared() {
    return others != null;
  }

  /** Its tokens in the order of their jtis. */
  List<LedgerToken> tokens() {
    return others == null
        ? List.of(token)
        : jtis(token.jti(), others).stream().map(token::withJti).toList();
  }

  /**
   * All jtis of a row in their order.
   *
   * @param greatest the one in its key
   * @param others as in the column; null if there are none
   */
  static List<String> jtis(String greatest, @Nullable String others) {
    if (others == null) {
      return List.of(greatest);
    }
    List<String> jtis = new ArrayList<>(List.of(others.split(SEPARATOR)));
    jtis.add(greatest);
    return jtis;
  }
}
