/** The REST resources of owners, administrators and gateways. */
@NullMarked
package dev.bulwark.apikey.rest;

import org.jspecify.annotations.NullMarked;
