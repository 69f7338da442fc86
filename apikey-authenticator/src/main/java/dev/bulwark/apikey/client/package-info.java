/**
 * Clients as owners and verifiers of keys: which attributes of a client belong to this module, and
 * what a change of a client means for its keys.
 */
@NullMarked
package dev.bulwark.apikey.client;

import org.jspecify.annotations.NullMarked;
