/** What a key is: form, checksum, hash, life and scopes. No Keycloak type is used here. */
@NullMarked
package dev.bulwark.apikey.key;

import org.jspecify.annotations.NullMarked;
