package dev.bulwark.revocation.rules;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * The ids of tokens that have one row: {@code base.0}, {@code base.1} and so on, where the base is
 * an id of Keycloak's and their number, {@code trrtcc:0f7e…+16}. So a row tells by its id for which
 * ids it stands, and whoever ends it knows all of them, given to tokens or not.
 */
public final class JtiRange {

  /** So many ids has a range at most: whoever ends it writes as many keys. */
  public static final int MAX_SIZE = 64;

  /** Every base has as many characters. */
  public static final int BASE_LENGTH = 46;

  private static final String UUID = "[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}";
  private static final Pattern KEYCLOAKS = Pattern.compile("[a-z]{6}:" + UUID);
  private static final Pattern BASE = Pattern.compile("[a-z]{6}:" + UUID + "\\+([0-9]{2})");

  private JtiRange() {}

  /** Whether an id is as Keycloak makes it, and nobody has changed it. */
  public static boolean canBegin(String jti) {
    return KEYCLOAKS.matcher(jti).matches();
  }

  /**
   * The base of a new range.
   *
   * @param jti for which {@link #canBegin} is true
   * @param size number of ids, from 1 to {@link #MAX_SIZE}
   */
  public static String base(String jti, int size) {
    return jti + (size < 10 ? "+0" : "+") + size;
  }

  /** The id at a place, from 0. */
  public static String id(String base, int place) {
    return base + '.' + place;
  }

  /** Whether an id is that of a row which stands for a range. */
  public static boolean isBase(String jti) {
    return BASE.matcher(jti).matches();
  }

  /**
   * Every id for which a row with this id stands: the id itself, and those of its range if it is a
   * base. An id that a mapper has made like a base stands for a few more that no token has.
   */
  public static Stream<String> ids(String jti) {
    Matcher base = BASE.matcher(jti);
    if (!base.matches()) {
      return Stream.of(jti);
    }
    int size = Math.min(MAX_SIZE, Integer.parseInt(base.group(1)));
    return Stream.concat(
        Stream.of(jti), IntStream.range(0, size).mapToObj(place -> id(jti, place)));
  }
}
