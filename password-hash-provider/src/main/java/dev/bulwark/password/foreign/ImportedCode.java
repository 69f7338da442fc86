package dev.bulwark.password.foreign;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.Predicate;
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

  /** Characters of the longest code that is tried in groups. */
  private static final int MAX_GROUPED = 64;

  private ImportedCode() {}

  /** Whether a stored recovery code is of this form. */
  public static boolean is(String stored) {
    return FORM.matcher(stored).matches();
  }

  /**
   * Whether a code is the one of the hash. Codes of other applications are mostly hexadecimal, so
   * its lower case counts too. Keycloak removes the hyphens that a user enters, so the code is also
   * tried with a hyphen after each group of so many characters, whatever their number.
   *
   * @param code as its user entered it, without hyphens; may be anything
   * @param stored of the form of {@link #is}; anything else matches nothing
   */
  public static boolean matches(String code, String stored) {
    return matcher(code).test(stored);
  }

  /**
   * Compares stored codes with one that was entered, as {@link #matches} does, and hashes that only
   * once.
   *
   * @param code as its user entered it, without hyphens; may be anything
   */
  public static Predicate<String> matcher(String code) {
    String entered = code.strip();
    List<byte[]> hashes =
        entered.isEmpty() || entered.length() > MAX_CODE
            ? List.of()
            : forms(entered).stream().map(ImportedCode::sha256).toList();
    return stored -> is(stored) && isOneOf(hashes, stored);
  }

  private static boolean isOneOf(List<byte[]> hashes, String stored) {
    byte[] expected = HexFormat.of().parseHex(stored.substring(PREFIX.length()));
    boolean matches = false;
    for (byte[] hash : hashes) {
      matches |= MessageDigest.isEqual(hash, expected);
    }
    return matches;
  }

  private static Set<String> forms(String entered) {
    Set<String> forms = new LinkedHashSet<>();
    for (String form : new String[] {entered, entered.toLowerCase(Locale.ROOT)}) {
      forms.add(form);
      // Two groups may differ by one character.
      int most = form.length() <= MAX_GROUPED ? (form.length() + 1) / 2 : 0;
      for (int size = 1; size <= most; size++) {
        forms.add(grouped(form, size));
      }
    }
    return forms;
  }

  private static String grouped(String code, int size) {
    StringBuilder text = new StringBuilder(code);
    for (int group = (code.length() - 1) / size; group > 0; group--) {
      text.insert(group * size, '-');
    }
    return text.toString();
  }

  private static byte[] sha256(String text) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }
}
