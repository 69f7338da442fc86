/** What the owner's page shows besides the keys: scopes in words, limits, and how to use a key. */
@NullMarked
package dev.bulwark.apikey.page;

import org.jspecify.annotations.NullMarked;
