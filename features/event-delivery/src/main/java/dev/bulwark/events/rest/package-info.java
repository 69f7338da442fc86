/** Admin REST of the events that the receiver did not take. */
@NullMarked
package dev.bulwark.events.rest;

import org.jspecify.annotations.NullMarked;
