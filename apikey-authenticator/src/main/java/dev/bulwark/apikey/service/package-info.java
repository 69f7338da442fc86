/** Creation, change, verification and usage of keys, shared by every way in. */
@NullMarked
package dev.bulwark.apikey.service;

import org.jspecify.annotations.NullMarked;
