/** Import of many keys at once, of which only the hash is known. */
@NullMarked
package dev.bulwark.apikey.bulk;

import org.jspecify.annotations.NullMarked;
