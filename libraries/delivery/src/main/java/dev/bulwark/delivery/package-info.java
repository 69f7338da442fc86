/** Delivers messages that wait in a table to receivers that may be away, slow or hostile. */
@NullMarked
package dev.bulwark.delivery;

import org.jspecify.annotations.NullMarked;
