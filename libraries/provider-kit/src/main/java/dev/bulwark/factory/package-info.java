/**
 * Base classes of factories that several modules have. A subclass names what is its own; Keycloak
 * finds it by {@code META-INF/services}. And the time limits of statements and transactions, for
 * modules with tables.
 */
@NullMarked
package dev.bulwark.factory;

import org.jspecify.annotations.NullMarked;
