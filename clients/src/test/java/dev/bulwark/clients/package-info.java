@NullMarked
package dev.bulwark.clients;

import org.jspecify.annotations.NullMarked;
