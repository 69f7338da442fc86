package dev.bulwark.password.migrate.convert;

/** Keycloak's database, which decides whether names that differ in accents alone are equal. */
public enum Database {
  /** Such names are reported. */
  UNKNOWN,
  /** They differ. */
  POSTGRESQL,
  /** They are equal, so the later one is rejected. Also for MySQL. */
  MARIADB
}
