/** What a key may do, and how long: scopes, networks, requests, its life and that of its tokens. */
@NullMarked
package dev.bulwark.apikey.key.limit;

import org.jspecify.annotations.NullMarked;
