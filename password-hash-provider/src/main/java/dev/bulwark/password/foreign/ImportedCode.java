package dev.bulwark.password.foreign;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.LinkedHashSet;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * A backup code of another application, kept as its SHA-256: {@value #PREFIX} and 64 hexadecimal
 * digits. The stored text is a data format.
 */
public final class ImportedCode {

  /** What the stored text begins with. */
  public static final String PREFIX = "{SHA-256}";

  private static final Pattern FORM = Pattern.compile("\\{SHA-256}[0-9a-f]{64}");

  /** Longer than any code; the hash of more is not worth computing. */
  private static final int MAX_CODE = 100;

  private ImportedCode() {}

  /** Whether a stored recovery code is of this form. */
  public static boolean is(String stored) {
    return FORM.matcher(stored).matches();
  }

  /**
   * Whether a code is the one of the hash. Codes of other applications are mostly hexadecimal, so
   * its lower case counts too. Keycloak removes the hyphens that a user enters, so a code of an
   * even length is also tried with a hyphen in its middle.
   *
   * @param code as its user entered it, without hyphens; may be anything
   * @param stored of the form of {@link #is}; anything else matches nothing
   */
  public static boolean matches(String code, String stored) {
    String entered = code.strip();
    if (!is(stored) || entered.isEmpty() || entered.length() > MAX_CODE) {
      return false;
    }
    byte[] expected = HexFormat.of().parseHex(stored.substring(PREFIX.length()));
    boolean matches = false;
    for (String form : forms(entered)) {
      matches |= MessageDigest.isEqual(sha256(form), expected);
    }
    return matches;
  }

  private static Set<String> forms(String entered) {
    Set<String> forms = new LinkedHashSet<>();
    for (String form : new String[] {entered, entered.toLowerCase(Locale.ROOT)}) {
      forms.add(form);
      if (form.length() % 2 == 0) {
        int middle = form.length() / 2;
        forms.add(form.substring(0, middle) + "-" + form.substring(middle));
      }
    }
    return forms;
  }

  private static byte[] sha256(String text) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }
}
