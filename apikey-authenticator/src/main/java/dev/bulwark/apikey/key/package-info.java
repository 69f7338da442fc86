/** What a key is apart from its secret: name, owner, life and metadata. No Keycloak type. */
@NullMarked
package dev.bulwark.apikey.key;

import org.jspecify.annotations.NullMarked;
