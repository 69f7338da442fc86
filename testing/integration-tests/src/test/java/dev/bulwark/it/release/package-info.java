/** B9: how the files and the image of a release come to be: workflows, scripts, Dockerfiles. */
@NullMarked
package dev.bulwark.it.release;

import org.jspecify.annotations.NullMarked;
