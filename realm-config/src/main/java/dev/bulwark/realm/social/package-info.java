/** What the realm needs beside Keycloak's own parts for logins at other providers (O2, T3). */
@NullMarked
package dev.bulwark.realm.social;

import org.jspecify.annotations.NullMarked;
