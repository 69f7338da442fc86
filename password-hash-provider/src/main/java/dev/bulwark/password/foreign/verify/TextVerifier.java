package dev.bulwark.password.foreign.verify;

import dev.bulwark.password.foreign.CostLimits;
import dev.bulwark.password.foreign.UnusableHashException;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Verifies hashes that Keycloak stores as the very text of the other application. */
public interface TextVerifier extends PasswordVerifier {

  /** The form of the text. No other verifier has a form that the same text matches. */
  Pattern text();

  /**
   * Checks the parts of a hash, and returns its cost, which is stored as its iterations.
   *
   * @param text of the form {@link #text}
   * @throws UnusableHashException when a part is malformed, or the cost is over the limits
   */
  int checkedCost(Matcher text, CostLimits limits);

  /** The name for messages about a malformed hash. */
  String label();

  /** What a text of this kind begins with, even a malformed one. */
  List<String> prefixes();
}
