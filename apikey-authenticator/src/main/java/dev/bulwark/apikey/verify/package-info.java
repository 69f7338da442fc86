/** The doors at which keys are presented: one check, one kind of event, one kind of answer. */
@NullMarked
package dev.bulwark.apikey.verify;

import org.jspecify.annotations.NullMarked;
