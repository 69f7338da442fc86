package dev.bulwark.password.foreign;

import dev.bulwark.contract.PasswordAlgorithms;

/** Algorithm ids of stored hashes. They are in every credential: a data format, never to change. */
public final class Algorithms {

  /** Argon2 of any variant, in Keycloak's own form. */
  public static final String ARGON2 = PasswordAlgorithms.ARGON2;

  /** PBKDF2 with HMAC-SHA-1; Keycloak's own. */
  public static final String PBKDF2_SHA1 = "pbkdf2";

  /** PBKDF2 with HMAC-SHA-256; Keycloak's own. */
  public static final String PBKDF2_SHA256 = "pbkdf2-sha256";

  /** PBKDF2 with HMAC-SHA-512; Keycloak's own. */
  public static final String PBKDF2_SHA512 = "pbkdf2-sha512";

  /** bcrypt; the same id and form as the extension keycloak-bcrypt. */
  public static final String BCRYPT = "bcrypt";

  /** bcrypt over a SHA-256 digest: passlib's and Django's. */
  public static final String BCRYPT_SHA256 = "bcrypt-sha256";

  /** scrypt (RFC 7914). */
  public static final String SCRYPT = "scrypt";

  /** SHA-256 crypt ({@code $5$}). */
  public static final String SHA256_CRYPT = "sha256-crypt";

  /** SHA-512 crypt ({@code $6$}). */
  public static final String SHA512_CRYPT = "sha512-crypt";

  /** phpass: WordPress before 6.8, phpBB, Drupal 7. */
  public static final String PHPASS = "phpass";

  /** bcrypt over HMAC-SHA-384: WordPress from 6.8 on. */
  public static final String WORDPRESS = "wordpress-bcrypt";

  /** Firebase's scrypt. */
  public static final String FIREBASE_SCRYPT = "firebase-scrypt";

  /** MD5, SHA-1, SHA-256 or SHA-512, with or without a salt. */
  public static final String MESSAGE_DIGEST = "message-digest";

  private Algorithms() {}
}
