/** What the commands for operators share: how they end, and how they call a Keycloak. */
@NullMarked
package dev.bulwark.http.command;

import org.jspecify.annotations.NullMarked;
