package dev.bulwark.statuslist;

import java.util.Locale;

/** Reads the header {@code Accept-Encoding} (RFC 9110, section 12.5.3). */
final class AcceptedEncoding {

  private AcceptedEncoding() {}

  /** Whether a client takes gzip. Without an answer it gets the plain form. */
  static boolean takesGzip(String header) {
    boolean any = false;
    for (String each : header.toLowerCase(Locale.ROOT).split(",", -1)) {
      String[] parts = each.split(";", 2);
      String coding = parts[0].strip();
      boolean taken = parts.length == 1 || !parts[1].strip().matches("q=0(\\.0{0,3})?");
      if (coding.equals("gzip")) {
        return taken;
      }
      any |= coding.equals("*") && taken;
    }
    return any;
  }
}
