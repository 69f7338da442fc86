/** API keys as a credential of Keycloak. */
@NullMarked
package dev.bulwark.apikey;

import org.jspecify.annotations.NullMarked;
