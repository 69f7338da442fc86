/**
 * Verification of presented keys. Every way in has the same check, the same events and the same
 * answers.
 */
@NullMarked
package dev.bulwark.apikey.verify;

import org.jspecify.annotations.NullMarked;
