/**
 * The pictures of the documents, made from the running system by {@code
 * testing/integration-tests/pictures}.
 */
@NullMarked
package dev.bulwark.it.pictures;

import org.jspecify.annotations.NullMarked;
