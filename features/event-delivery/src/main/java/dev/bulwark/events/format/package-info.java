/** The forms in which events leave the server. No type of Keycloak. */
@NullMarked
package dev.bulwark.events.format;

import org.jspecify.annotations.NullMarked;
