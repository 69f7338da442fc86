package dev.bulwark.revocation.rules;

import org.jspecify.annotations.Nullable;

/**
 * The issuers ({@code iss}) that a realm currently accepts. Token introspection compares the whole
 * issuer with the realm's own, so the tokens of a renamed realm, or of a realm with a new frontend
 * URL, are dead.
 *
 * <p>Where Keycloak takes parts of the issuer from the request (no {@code hostname} option, or only
 * a host name), these parts tell nothing about a stored token and are not compared.
 *
 * @param mark of an issuer that the realm accepts
 * @param mask the bits of the mark that count
 */
public record IssuerRule(long mark, long mask) {

  /** Accepts every issuer. */
  public static final IssuerRule ANY = new IssuerRule(0, 0);

  private static final String REALMS = "/realms/";

  /** Scheme, port and path before the realm: 21 bits. */
  private static final int ADDRESS_SHIFT = 43;

  private static final long ADDRESS = -1L << ADDRESS_SHIFT;

  /** Host: 21 bits. */
  private static final int HOST_SHIFT = 22;

  private static final long HOST = ((1L << 21) - 1) << HOST_SHIFT;

  /** Name of the realm: 22 bits. */
  private static final long NAME = (1L << HOST_SHIFT) - 1;

  /**
   * The ledger's form of an issuer.
   *
   * @return null if it is not the URL of a realm
   */
  public static @Nullable Long mark(@Nullable String issuer) {
    int realms = issuer == null ? -1 : issuer.lastIndexOf(REALMS);
    int scheme = issuer == null ? -1 : issuer.indexOf("://");
    if (issuer == null || realms < 0 || scheme < 0 || scheme + 3 > realms) {
      return null;
    }
    int hostBegin = scheme + 3;
    int hostEnd = hostEnd(issuer, hostBegin, realms);
    String address = issuer.substring(0, hostBegin) + issuer.substring(hostEnd, realms);
    return TextHash.of(address) & ADDRESS
        | TextHash.of(issuer.substring(hostBegin, hostEnd)) & HOST
        | TextHash.of(issuer.substring(realms + REALMS.length())) & NAME;
  }

  /**
   * The rule of a realm of which Keycloak has built the issuer for two requests that have nothing
   * in common: what is alike does not come from the request.
   *
   * @throws IllegalArgumentException if one is not the URL of a realm
   */
  public static IssuerRule of(String issuer, String otherIssuer) {
    Long mark = mark(issuer);
    Long other = mark(otherIssuer);
    if (mark == null || other == null) {
      throw new IllegalArgumentException("Not the URL of a realm: " + issuer);
    }
    long differs = mark ^ other;
    long mask = NAME;
    mask |= (differs & ADDRESS) == 0 ? ADDRESS : 0;
    mask |= (differs & HOST) == 0 ? HOST : 0;
    return new IssuerRule(mark & mask, mask);
  }

  /**
   * Whether the realm accepts a token's issuer.
   *
   * @param issuerMark of the token; null is unknown, and accepted
   */
  public boolean accepts(@Nullable Long issuerMark) {
    return issuerMark == null || ((issuerMark ^ mark) & mask) == 0;
  }

  private static int hostEnd(String issuer, int begin, int limit) {
    boolean inBrackets = false;
    for (int i = begin; i < limit; i++) {
      char c = issuer.charAt(i);
      if (c == '[' || c == ']') {
        inBrackets = c == '[';
      } else if (c == '/' || c == ':' && !inBrackets) {
        return i;
      }
    }
    return limit;
  }
}
