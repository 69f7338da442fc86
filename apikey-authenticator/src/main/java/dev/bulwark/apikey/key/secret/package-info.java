/** The key itself: its written form and checksum, how it is made and found in texts, its hash. */
@NullMarked
package dev.bulwark.apikey.key.secret;

import org.jspecify.annotations.NullMarked;
