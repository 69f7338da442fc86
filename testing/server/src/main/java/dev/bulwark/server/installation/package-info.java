/** The files that servers are made of: Keycloak's archive, unpacked; the bundle; kept folders. */
@NullMarked
package dev.bulwark.server.installation;

import org.jspecify.annotations.NullMarked;
