/**
 * What requests and answers of the REST resources look like: bodies and query parameters are read
 * strictly, keys and errors are written in one form.
 */
@NullMarked
package dev.bulwark.apikey.rest.message;

import org.jspecify.annotations.NullMarked;
