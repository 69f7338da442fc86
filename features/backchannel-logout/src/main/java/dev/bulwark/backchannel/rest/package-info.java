/** Admin REST of logout notices and their receivers. */
@NullMarked
package dev.bulwark.backchannel.rest;

import org.jspecify.annotations.NullMarked;
