/** The realm that the users are for: its rules, roles, clients and identity providers. */
@NullMarked
package dev.bulwark.password.migrate.realm;

import org.jspecify.annotations.NullMarked;
