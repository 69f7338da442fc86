/** Makes Keycloak's import of rows: checks, credentials, files. */
@NullMarked
package dev.bulwark.password.migrate.convert;

import org.jspecify.annotations.NullMarked;
