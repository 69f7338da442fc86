/** J1–J3, O1, R1: tokens and logins of the shipped realm, used and attacked. */
@NullMarked
package dev.bulwark.it.oidc;

import org.jspecify.annotations.NullMarked;
