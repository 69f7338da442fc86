package dev.bulwark.password.foreign.text;

import static dev.bulwark.password.foreign.text.HashParts.base64;
import static dev.bulwark.password.foreign.text.HashParts.hex;
import static dev.bulwark.password.foreign.text.HashParts.number;
import static dev.bulwark.password.foreign.text.HashParts.utf8;

import dev.bulwark.password.argon2.Argon2Parameters;
import dev.bulwark.password.argon2.Argon2Type;
import dev.bulwark.password.argon2.Argon2Version;
import dev.bulwark.password.foreign.Algorithms;
import dev.bulwark.password.foreign.Argon2Fields;
import dev.bulwark.password.foreign.CostLimits;
import dev.bulwark.password.foreign.ScryptParameters;
import dev.bulwark.password.foreign.StoredHash;
import dev.bulwark.password.foreign.UnusableHashException;
import dev.bulwark.password.foreign.verify.Bcrypt;
import dev.bulwark.password.foreign.verify.LegacyVerifiers;
import dev.bulwark.password.foreign.verify.TextVerifier;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads the text forms in which other applications keep password hashes (spec P4). Strict: a text
 * that does not have exactly one of the forms is rejected with a reason, because a user whose hash
 * is misread here cannot log in later.
 *
 * <p>Sources: the PHC string format; the Modular Crypt Format as written by passlib 1.7; {@code
 * django.contrib.auth.hashers}; {@code werkzeug.security}; the {@code {bcrypt}} and {@code
 * {argon2}} prefixes of Spring Security's DelegatingPasswordEncoder; phpass, WordPress, ASP.NET
 * Core Identity, Firebase, and the schemes of LDAP directories (RFC 2307).
 */
public final class ForeignHash {

  /** Longer than any hash that is accepted: bounds the work on garbage. */
  private static final int MAX_LENGTH = 4096;

  private static final String B64 = HashParts.BASE64;
  private static final String CRYPT64 = "[./A-Za-z0-9]";

  private static final Pattern SPRING_PREFIX =
      Pattern.compile("^\\{(?:bcrypt|argon2(?:@SpringSecurity_v5_8)?)}(?=\\$)");
  private static final Pattern ARGON2 =
      Pattern.compile(
          "(?:argon2)?\\$argon2(id?|d)(?:\\$v=(\\d{1,3}))?\\$m=(\\d{1,10}),t=(\\d{1,10}),p=(\\d{1,8})\\$("
              + B64
              + ")\\$("
              + B64
              + ")");
  private static final Pattern BCRYPT =
      Pattern.compile("(?:bcrypt\\$)?(\\$2[abxy]?\\$(\\d\\d)\\$" + CRYPT64 + "{53})");
  private static final Pattern DJANGO_BCRYPT_SHA256 =
      Pattern.compile("(bcrypt_sha256\\$\\$2[abxy]\\$(\\d\\d)\\$" + CRYPT64 + "{53})");
  private static final Pattern PASSLIB_BCRYPT_SHA256 =
      Pattern.compile(
          "(\\$bcrypt-sha256\\$(?:2[aby],(\\d{1,2})|v=2,t=2[aby],r=(\\d{1,2}))\\$"
              + CRYPT64
              + "{22}\\$"
              + CRYPT64
              + "{31})");
  private static final Pattern PASSLIB_PBKDF2 =
      Pattern.compile(
          "\\$pbkdf2(|-sha256|-sha512)\\$([1-9]\\d{0,9})\\$([A-Za-z0-9./]+)\\$([A-Za-z0-9./]+)");
  private static final Pattern DJANGO_PBKDF2 =
      Pattern.compile("pbkdf2_(sha1|sha256|sha512)\\$([1-9]\\d{0,9})\\$([^$]+)\\$(" + B64 + ")");
  private static final Pattern WERKZEUG_PBKDF2 =
      Pattern.compile("pbkdf2:(sha1|sha256|sha512):([1-9]\\d{0,9})\\$([^$]+)\\$([0-9a-f]+)");
  private static final Pattern PHC_SCRYPT =
      Pattern.compile(
          "\\$scrypt\\$ln=(\\d{1,2}),r=(\\d{1,9}),p=(\\d{1,9})\\$(" + B64 + ")\\$(" + B64 + ")");
  private static final Pattern DJANGO_SCRYPT =
      Pattern.compile("scrypt\\$(\\d{1,10})\\$([^$]+)\\$(\\d{1,9})\\$(\\d{1,9})\\$(" + B64 + ")");
  private static final Pattern WERKZEUG_SCRYPT =
      Pattern.compile("scrypt:(\\d{1,10}):(\\d{1,9}):(\\d{1,9})\\$([^$]+)\\$([0-9a-f]+)");
  private static final Pattern SHA_CRYPT =
      Pattern.compile(
          "\\$([56])\\$(?:rounds=([1-9]\\d{0,9})\\$)?" + CRYPT64 + "{1,16}\\$(" + CRYPT64 + "+)");

  private static final Pattern SPRING_SCRYPT =
      Pattern.compile(
          "\\{scrypt(?:@SpringSecurity_v5_8)?}\\$([0-9a-f]{5,7})\\$(" + B64 + ")\\$(" + B64 + ")");

  /** Version bytes 0 and 1 in Base64. */
  private static final Pattern ASPNET = Pattern.compile("A[A-Za-f][A-Za-z0-9+/]{54,}={0,2}");

  private static final int SHA_CRYPT_DEFAULT_ROUNDS = 5000;
  private static final int SHA_CRYPT_MIN_ROUNDS = 1000;
  private static final int SHA_CRYPT_MAX_ROUNDS = 999_999_999;

  private ForeignHash() {}

  /**
   * Reads a hash in any of the forms.
   *
   * @param text the hash as the other application kept it, without surrounding blanks
   * @throws UnusableHashException when it is none of them, malformed, or costs more than the limits
   */
  public static StoredHash parse(String text, CostLimits limits) {
    if (text.length() > MAX_LENGTH) {
      throw new UnusableHashException("it is longer than " + MAX_LENGTH + " characters");
    }
    String hash = SPRING_PREFIX.matcher(text).replaceFirst("");
    for (Form form : FORMS) {
      Matcher matcher = form.pattern.matcher(hash);
      if (matcher.matches()) {
        return form.reader.read(matcher, limits);
      }
    }
    for (TextVerifier verifier : TEXTS) {
      Matcher matcher = verifier.text().matcher(hash);
      if (matcher.matches()) {
        int cost = verifier.checkedCost(matcher, limits);
        return new StoredHash(verifier.algorithm(), cost, Map.of(), hash, new byte[0]);
      }
    }
    throw new UnusableHashException(
        SchemeName.of(hash)
            .map(name -> "it is no well-formed " + name + " hash")
            .orElse("it is in no known form"));
  }

  private interface Reader {
    StoredHash read(Matcher matcher, CostLimits limits);
  }

  private record Form(Pattern pattern, Reader reader) {}

  private static final List<TextVerifier> TEXTS = LegacyVerifiers.ofTexts().toList();

  private static final List<Form> FORMS =
      List.of(
          new Form(ARGON2, ForeignHash::argon2),
          new Form(BCRYPT, ForeignHash::bcrypt),
          new Form(
              DJANGO_BCRYPT_SHA256, (m, limits) -> bcryptSha256(m.group(1), m.group(2), limits)),
          new Form(
              PASSLIB_BCRYPT_SHA256,
              (m, limits) ->
                  bcryptSha256(m.group(1), m.group(2) == null ? m.group(3) : m.group(2), limits)),
          new Form(
              PASSLIB_PBKDF2,
              (m, limits) ->
                  pbkdf2(
                      m.group(1).isEmpty() ? "sha1" : m.group(1).substring(1),
                      m.group(2),
                      base64(m.group(3).replace('.', '+')),
                      base64(m.group(4).replace('.', '+')),
                      limits)),
          new Form(
              DJANGO_PBKDF2,
              (m, limits) ->
                  pbkdf2(m.group(1), m.group(2), utf8(m.group(3)), base64(m.group(4)), limits)),
          new Form(
              WERKZEUG_PBKDF2,
              (m, limits) ->
                  pbkdf2(m.group(1), m.group(2), utf8(m.group(3)), hex(m.group(4)), limits)),
          new Form(PHC_SCRYPT, ForeignHash::phcScrypt),
          new Form(
              DJANGO_SCRYPT,
              (m, limits) ->
                  scrypt(
                      number(m.group(1), "N"),
                      number(m.group(3), "r"),
                      number(m.group(4), "p"),
                      utf8(m.group(2)),
                      base64(m.group(5)),
                      limits)),
          new Form(
              WERKZEUG_SCRYPT,
              (m, limits) ->
                  scrypt(
                      number(m.group(1), "N"),
                      number(m.group(2), "r"),
                      number(m.group(3), "p"),
                      utf8(m.group(4)),
                      hex(m.group(5)),
                      limits)),
          new Form(SHA_CRYPT, ForeignHash::shaCrypt),
          new Form(SpringPbkdf2Hash.TEXT, SpringPbkdf2Hash::read),
          new Form(SPRING_SCRYPT, ForeignHash::springScrypt),
          new Form(DigestHash.LDAP, (m, limits) -> DigestHash.ldap(m)),
          new Form(DigestHash.NAMED, (m, limits) -> DigestHash.named(m)),
          new Form(DigestHash.PLAIN, (m, limits) -> DigestHash.plain(m.group())),
          new Form(ASPNET, (m, limits) -> AspNetHash.read(base64(m.group()), limits)));

  /** The first number has the logarithm of N, r and p, a byte each. */
  private static StoredHash springScrypt(Matcher m, CostLimits limits) {
    int parameters = Integer.parseInt(m.group(1), 16);
    int logN = parameters >> 16;
    if (logN < 1 || logN > 30) {
      throw new UnusableHashException("its scrypt N is not within 2^1..2^30");
    }
    return scrypt(
        1 << logN,
        parameters >> 8 & 0xFF,
        parameters & 0xFF,
        base64(m.group(2)),
        base64(m.group(3)),
        limits);
  }

  private static StoredHash argon2(Matcher m, CostLimits limits) {
    // Without v= it is version 0x10: the form is older than version 0x13.
    int versionCode = m.group(2) == null ? Argon2Version.V10.code() : number(m.group(2), "version");
    Argon2Version version =
        Argon2Version.ofCode(versionCode)
            .orElseThrow(() -> new UnusableHashException("its Argon2 version is unknown"));
    byte[] salt = base64(m.group(6));
    byte[] hash = base64(m.group(7));
    Argon2Parameters parameters;
    try {
      Argon2Parameters.requireSaltLength(salt.length);
      parameters =
          new Argon2Parameters(
              Argon2Type.ofLabel(m.group(1)).orElseThrow(),
              version,
              number(m.group(3), "memory"),
              number(m.group(4), "iterations"),
              number(m.group(5), "parallelism"),
              hash.length);
    } catch (IllegalArgumentException e) {
      throw new UnusableHashException("its " + e.getMessage());
    }
    limits.check(parameters);
    return new StoredHash(
        Algorithms.ARGON2,
        parameters.iterations(),
        Argon2Fields.write(parameters),
        Base64.getEncoder().encodeToString(hash),
        salt);
  }

  private static StoredHash bcrypt(Matcher m, CostLimits limits) {
    int cost = Bcrypt.checkedCost(m.group(2), limits);
    return new StoredHash(Algorithms.BCRYPT, cost, Map.of(), m.group(1), new byte[0]);
  }

  private static StoredHash bcryptSha256(String value, String costText, CostLimits limits) {
    return new StoredHash(
        Algorithms.BCRYPT_SHA256,
        Bcrypt.checkedCost(costText, limits),
        Map.of(),
        value,
        new byte[0]);
  }

  private static StoredHash pbkdf2(
      String digest, String iterationsText, byte[] salt, byte[] hash, CostLimits limits) {
    int iterations = number(iterationsText, "iterations");
    limits.checkIterations(iterations);
    CostLimits.checkSalt(salt.length);
    String algorithm;
    int length;
    switch (digest) {
      case "sha1" -> {
        algorithm = Algorithms.PBKDF2_SHA1;
        length = 20;
      }
      case "sha256" -> {
        algorithm = Algorithms.PBKDF2_SHA256;
        length = 32;
      }
      default -> {
        algorithm = Algorithms.PBKDF2_SHA512;
        length = 64;
      }
    }
    // Keycloak derives as many bytes as are stored: a truncated hash would match too many
    // passwords.
    if (hash.length != length) {
      throw new UnusableHashException("its hash is not of " + length + " bytes");
    }
    return new StoredHash(
        algorithm, iterations, Map.of(), Base64.getEncoder().encodeToString(hash), salt);
  }

  private static StoredHash phcScrypt(Matcher m, CostLimits limits) {
    int logN = Integer.parseInt(m.group(1));
    if (logN < 1 || logN > 30) {
      throw new UnusableHashException("its scrypt ln is not within 1..30");
    }
    return scrypt(
        1 << logN,
        number(m.group(2), "r"),
        number(m.group(3), "p"),
        base64(m.group(4)),
        base64(m.group(5)),
        limits);
  }

  private static StoredHash scrypt(
      int n, int r, int p, byte[] salt, byte[] hash, CostLimits limits) {
    ScryptParameters parameters = new ScryptParameters(n, r, p, hash.length);
    parameters.check(limits);
    CostLimits.checkSalt(salt.length);
    return new StoredHash(
        Algorithms.SCRYPT,
        n,
        Map.of(ScryptParameters.R, Integer.toString(r), ScryptParameters.P, Integer.toString(p)),
        Base64.getEncoder().encodeToString(hash),
        salt);
  }

  private static StoredHash shaCrypt(Matcher m, CostLimits limits) {
    boolean sha256 = "5".equals(m.group(1));
    int rounds = m.group(2) == null ? SHA_CRYPT_DEFAULT_ROUNDS : number(m.group(2), "rounds");
    if (rounds < SHA_CRYPT_MIN_ROUNDS || rounds > SHA_CRYPT_MAX_ROUNDS) {
      throw new UnusableHashException(
          "its rounds are not within " + SHA_CRYPT_MIN_ROUNDS + ".." + SHA_CRYPT_MAX_ROUNDS);
    }
    if (m.group(3).length() != (sha256 ? 43 : 86)) {
      throw new UnusableHashException("its hash is not of the right length");
    }
    limits.checkIterations(rounds);
    return new StoredHash(
        sha256 ? Algorithms.SHA256_CRYPT : Algorithms.SHA512_CRYPT,
        rounds,
        Map.of(),
        m.group(),
        new byte[0]);
  }
}
