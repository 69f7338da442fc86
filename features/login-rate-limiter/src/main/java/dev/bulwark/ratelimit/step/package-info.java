/**
 * Decorators: each lets a step of Keycloak's own begin only when the request holds a slot, and sees
 * from its outcome whether the slot goes back.
 */
@NullMarked
package dev.bulwark.ratelimit.step;

import org.jspecify.annotations.NullMarked;
