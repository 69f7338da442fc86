/** Checks of the language of documents and texts. */
@org.jspecify.annotations.NullMarked
package dev.bulwark.it.prose;
