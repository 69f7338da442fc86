/** API keys as a credential of Keycloak; here are the options. */
@NullMarked
package dev.bulwark.apikey;

import org.jspecify.annotations.NullMarked;
