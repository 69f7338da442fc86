/** Real databases for Keycloak: processes of this machine, made anew for a test. */
package dev.bulwark.it.database;
