/** The old application's endpoint, without Keycloak types. */
@NullMarked
package dev.bulwark.legacy.endpoint;

import org.jspecify.annotations.NullMarked;
