@NullMarked
package dev.bulwark.boot.revocation;

import org.jspecify.annotations.NullMarked;
