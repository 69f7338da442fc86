package dev.bulwark.password.foreign.text;

import dev.bulwark.password.foreign.verify.LegacyVerifiers;
import dev.bulwark.password.foreign.verify.TextVerifier;
import java.util.Optional;

/** Which scheme a malformed text was meant to be, by its beginning: for the message. */
final class SchemeName {

  private SchemeName() {}

  /** Returns the name; empty if the beginning is that of no scheme. */
  static Optional<String> of(String hash) {
    for (String[] prefix :
        new String[][] {
          {"$argon2", "Argon2"},
          {"argon2$", "Argon2"},
          {"$bcrypt-sha256", "bcrypt_sha256"},
          {"bcrypt_sha256$", "bcrypt_sha256"},
          {"bcrypt$", "bcrypt"},
          {"$2", "bcrypt"},
          {"$pbkdf2", "PBKDF2"},
          {"pbkdf2", "PBKDF2"},
          {"$scrypt$", "scrypt"},
          {"scrypt", "scrypt"},
          {"$5$", "SHA-256 crypt"},
          {"$6$", "SHA-512 crypt"},
          {"{SSHA", "LDAP"},
          {"{S", "LDAP"},
          {"{MD5}", "LDAP"},
          {"{pbkdf2", "Spring Security"},
          {"{scrypt", "Spring Security"}
        }) {
      if (hash.startsWith(prefix[0])) {
        return Optional.of(prefix[1]);
      }
    }
    return LegacyVerifiers.ofTexts()
        .filter(verifier -> verifier.prefixes().stream().anyMatch(hash::startsWith))
        .map(TextVerifier::label)
        .findFirst();
  }
}
