/**
 * The development system ({@code mvn -Prun}): Keycloak, Redis, the relying app, an inbox that
 * prints the mails, and a guide to all of it.
 */
@NullMarked
package dev.bulwark.server.development;

import org.jspecify.annotations.NullMarked;
