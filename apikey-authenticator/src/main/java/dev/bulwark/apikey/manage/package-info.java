/** Keys and their owners: what a key may be, how it is created, changed and removed, and stored. */
@NullMarked
package dev.bulwark.apikey.manage;

import org.jspecify.annotations.NullMarked;
